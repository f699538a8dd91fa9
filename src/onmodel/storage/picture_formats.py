"""What kind of file this is, by its first bytes and never by its name.

Signatures: PNG (W3C PNG 3, section 5.2), JPEG (ITU-T T.81, B.1.1.3), GIF89a, TIFF 6.0,
WebP (RFC 9649), HEIF and AVIF (ISO/IEC 14496-12 ``ftyp`` box, ISO/IEC 23008-12, AV1 AVIF 1.1).
"""

from enum import StrEnum

from onmodel.storage.picture_errors import (
    DamagedPictureError,
    EmptyFileError,
    NotAPictureError,
    UnsupportedPictureTypeError,
)

HEAD_BYTES = 4096


class Format(StrEnum):
    """A kind of picture that is taken; the value is Pillow's name for it, in lower case."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    HEIF = "heif"
    TIFF = "tiff"
    GIF = "gif"


_TAKEN = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
)
_REFUSED = (
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"BM", "a Windows bitmap"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"II+\x00", "a BigTIFF picture"),
    (b"MM\x00+", "a BigTIFF picture"),
    (b"IIU\x00", "a camera's raw file"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"DDS ", "a texture"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"gimp xcf", "a GIMP document"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}


def detect(head: bytes) -> Format:
    """Return the kind of picture that begins with these (up to `HEAD_BYTES`) bytes.

    Raises `EmptyFileError`, `NotAPictureError` or `UnsupportedPictureTypeError`.
    """
    if not head:
        raise EmptyFileError("The file has no bytes in it.")
    for signature, taken in _TAKEN:
        if head.startswith(signature):
            return taken
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    if head[4:8] == b"ftyp":
        return _brand(head)
    for signature, kind in _REFUSED:
        if head.startswith(signature):
            raise UnsupportedPictureTypeError(f"The file is {kind}.")
    if _is_svg(head):
        raise UnsupportedPictureTypeError(
            "The file is an SVG drawing, which is a program for drawing and not pixels.",
            try_="Export it as PNG, 2,000 pixels or more on the long side, and send that.",
        )
    raise NotAPictureError("The file's content is no kind of picture that we know.")


def webp_header(head: bytes) -> tuple[int, int, bool]:
    """Return width and height in pixels and whether the coding is lossless (RFC 9649).

    Read here because the decoder takes memory for a whole frame as it opens the file.
    """
    kind, data = head[12:16], head[20:32]
    if kind == b"VP8X" and len(data) >= 10:
        width = int.from_bytes(data[4:7], "little") + 1
        height = int.from_bytes(data[7:10], "little") + 1
        return width, height, b"VP8L" in head and b"VP8 " not in head
    if kind == b"VP8L" and len(data) >= 5 and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, True
    if kind == b"VP8 " and len(data) >= 10 and data[3:6] == b"\x9d\x01\x2a":
        width = int.from_bytes(data[6:8], "little") & 0x3FFF
        height = int.from_bytes(data[8:10], "little") & 0x3FFF
        return width, height, False
    raise DamagedPictureError("The WebP picture's beginning makes no sense.")


def _brand(head: bytes) -> Format:
    size = int.from_bytes(head[:4], "big")
    box = head[8 : max(16, min(size, len(head)))]
    brands = [box[:4], *(box[at : at + 4] for at in range(8, len(box) - 3, 4))]
    if brands[0] in _AVIF_BRANDS or (brands[0] in {b"mif1", b"msf1"} and _AVIF_BRANDS & {*brands}):
        return Format.AVIF
    if brands[0] in _HEIF_BRANDS:
        return Format.HEIF
    if brands[0] == b"crx ":
        raise UnsupportedPictureTypeError("The file is a camera's raw file.")
    raise UnsupportedPictureTypeError(
        "The file is a video.",
        try_="Save the one frame that shows the character best as PNG or JPEG and send that.",
    )


def _is_svg(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = head.decode("utf-16", "ignore").encode().lstrip()
    return text.startswith(b"<") and b"<svg" in text.lower()
