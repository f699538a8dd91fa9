"""Files that should not get in, and odd ones that should."""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image

# As many bytes as the limit of one upload, and some more.
TOO_LARGE_BYTES = 40 * 1024 * 1024


def refused(folder: Path, photo: Path) -> dict[str, Path]:
    """Write one file for each way to be refused; return them by the sentence to expect."""
    good = photo.read_bytes()
    first, second = Image.new("RGB", (64, 64), "red"), Image.new("RGB", (64, 64), "blue")
    animated = io.BytesIO()
    first.save(animated, "GIF", save_all=True, append_images=[second], duration=100)
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script/></svg>'
    files = {
        "notes.png": (b"just some words, " * 40, "no kind of picture"),
        "half.png": (
            good[: len(good) // 2],
            "cannot be read|ends too early|cut off|incomplete|missing",
        ),
        "drawing.svg": (drawing, "SVG|drawing|vector"),
        "bomb.png": (_bomb(60_000, 60_000), "60,000 × 60,000 pixels"),
        "huge.png": (good + bytes(TOO_LARGE_BYTES), "at most \\d+ MB|too large"),
        "moving.gif": (animated.getvalue(), "animation"),
        "empty.jpg": (b"", "no bytes"),
    }
    return {sentence: _write(folder / name, content) for name, (content, sentence) in files.items()}


def odd(folder: Path, photo: Path) -> list[Path]:
    """Write pictures that are unusual and fine: colours of print, 16 bits, turned, with a place.

    Each shows something else, so that none is a duplicate of another.
    """
    with Image.open(photo) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    printed = folder / "print.jpg"
    picture.convert("CMYK").save(printed, "JPEG", quality=92)
    turned = folder / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    left = picture.crop((0, 0, width - 40, height)).transpose(Image.Transpose.ROTATE_90)
    left.save(turned, "JPEG", quality=92, exif=exif)
    deep = folder / "deep.png"
    grey = picture.convert("L").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    grey.convert("I").point(lambda value: value * 257).convert("I;16").save(deep, "PNG")
    return [printed, turned, deep]


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims billions of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
