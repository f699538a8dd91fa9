"""Pictures of every kind, good and bad, made on the spot."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

PLACE = b"SECRET-PLACE"  # stands in every piece of metadata; may be in nothing that we keep


def drawing(width: int = 400, height: int = 300) -> Image.Image:
    """Return a picture whose four corners differ: red, green, blue and yellow."""
    image = Image.new("RGB", (width, height), (200, 190, 180))
    draw = ImageDraw.Draw(image)
    w, h = width // 4, height // 4
    draw.rectangle((0, 0, w, h), fill=(220, 20, 20))
    draw.rectangle((width - w, 0, width, h), fill=(20, 200, 20))
    draw.rectangle((0, height - h, w, height), fill=(20, 20, 220))
    draw.rectangle((width - w, height - h, width, height), fill=(230, 220, 20))
    draw.ellipse((width // 3, height // 3, width * 2 // 3, height * 2 // 3), fill=(90, 60, 50))
    return image


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the picture as a file of this kind (Pillow's name for it, or HEIF)."""
    output = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(output, **({"quality": 90} | options))
    else:
        image.save(output, kind, **options)
    return output.getvalue()


def frames(count: int = 3) -> list[Image.Image]:
    """Return the frames of a small animation."""
    return [drawing().rotate(30 * at, fillcolor=(at, at, at)) for at in range(count)]


def animation(kind: str) -> bytes:
    """Return an animated file of this kind."""
    first, *others = frames()
    return encode(first, kind, save_all=True, append_images=others, duration=100)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and checksum (W3C PNG 3, section 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int, colours: int, rows: bytes) -> bytes:
    """Return a PNG of raw rows; ``colours`` is the colour type of IHDR (0 grey, 2 RGB, 6 RGBA)."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )


def deep_png(value: int, *, colours: int) -> bytes:
    """Return a 16-bit PNG of 100 x 80 pixels, every sample of this value."""
    samples = {0: 1, 2: 3, 4: 2, 6: 4}[colours]
    row = b"\0" + struct.pack(">H", value) * samples * 100
    return png(100, 80, depth=16, colours=colours, rows=row * 80)


def bombs() -> dict[str, bytes]:
    """Return small files that say that they hold 60,000 x 60,000 pixels (WebP: its most)."""
    side = 60_000
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 6)
    for tag, kind, value in (
        (256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 86),
    ):  # fmt: skip
        tiff += struct.pack("<HHII", tag, kind, 1, value)
    canvas = (16_383 - 1).to_bytes(3, "little")
    webp = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + canvas
    jpeg = bytearray(encode(drawing(64, 64), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", side, side)
    return {
        "png": png(side, side, depth=1, colours=0, rows=bytes(side // 8 + 1) * 100),
        "tiff": tiff + bytes(4) + bytes(64),
        "webp": b"RIFF" + struct.pack("<I", len(webp)) + webp,
        "gif": b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\0\0" + bytes(6) + b"\x2c"
        + struct.pack("<HHHH", 0, 0, side, side) + b"\0\x02\x02\x44\x01\x00;",
        "jpeg": bytes(jpeg),
    }  # fmt: skip


def with_everything_attached(orientation: int) -> bytes:
    """Return a JPEG with orientation, GPS, camera, XMP, comment and an embedded thumbnail."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = PLACE.decode()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (59.0, 54.0, 30.0), "E", (10.0, 45.0, 0.0)
    gps[27] = PLACE
    return encode(
        drawing(),
        "JPEG",
        exif=exif,
        comment=PLACE,
        xmp=b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>",
        quality=95,
    )
