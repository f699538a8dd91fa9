"""Any picture becomes upright 8-bit sRGB without anything attached."""

from collections.abc import Callable
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageCms

GREY = (128, 128, 128)  # behind see-through parts: neutral, so that it tints no judgement
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_WIDE_MODES = {"I;16", "I;16L", "I;16B", "I;16N"}
_ORIENTATION_TAG = 0x0112  # Exif 2.32, section 4.6.4
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Note(StrEnum):
    """Something that was changed in a picture as it arrived."""

    TURNED_UPRIGHT = "turned_upright"
    COLOURS_CONVERTED = "colours_converted"
    PROFILE_UNREADABLE = "profile_unreadable"
    PRINT_COLOURS_GUESSED = "print_colours_guessed"
    REDUCED_TO_8_BIT = "reduced_to_8_bit"
    TRANSPARENCY_FILLED = "transparency_filled"
    FIRST_PAGE_ONLY = "first_page_only"
    LOCATION_REMOVED = "location_removed"

    @property
    def sentence(self) -> str:
        """What to tell the artist."""
        return _SENTENCES[self]


_SENTENCES = {
    Note.TURNED_UPRIGHT: "Turned upright, as the camera noted.",
    Note.COLOURS_CONVERTED: "Colours converted to sRGB by the picture's own profile.",
    Note.PROFILE_UNREADABLE: "The picture's colour profile is broken and was left out.",
    Note.PRINT_COLOURS_GUESSED: (
        "Print colours (CMYK) without a profile: they were converted roughly and may be off."
    ),
    Note.REDUCED_TO_8_BIT: "Reduced to 8 bits per colour.",
    Note.TRANSPARENCY_FILLED: "See-through parts were filled with neutral grey.",
    Note.FIRST_PAGE_ONLY: "The file has several pages; the first was taken.",
    Note.LOCATION_REMOVED: "The place where it was taken was removed.",
}


def normalise(image: Image.Image, notes: list[Note]) -> Image.Image:
    """Return an upright RGB copy in sRGB, and append to ``notes`` what had to change.

    ``image`` is of any mode Pillow reads but 32-bit ones (the caller refuses those).
    """
    image.load()
    profile = image.info.get("icc_profile")
    orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    image = _to_eight_bit(image, notes)
    image = _without_transparency(image, notes)
    image = _to_srgb(image, profile if isinstance(profile, bytes) else None, notes)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
        notes.append(Note.TURNED_UPRIGHT)
    image.info = {}  # nothing attached may find its way into what we save
    return image


def _to_eight_bit(image: Image.Image, notes: list[Note]) -> Image.Image:
    if image.mode not in _WIDE_MODES and not (image.mode == "I" and image.format == "PNG"):
        return image
    notes.append(Note.REDUCED_TO_8_BIT)
    scale: Callable[[float], float] = lambda value: value * (1 / 257) + 0.5  # noqa: E731 - Pillow reads the factors out of the expression
    return image.convert("I").point(scale).convert("L")


def _without_transparency(image: Image.Image, notes: list[Note]) -> Image.Image:
    """Lay what is see-through on grey; a picture that only says it could be is left as it is."""
    if "transparency" in image.info or image.mode in {"PA", "LA", "La", "RGBa"}:
        image = image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGB")
    if image.mode != "RGBA":
        return image
    alpha = image.getchannel("A")
    lowest, _ = alpha.getextrema()
    opaque = image.convert("RGB")
    if lowest == 255:
        return opaque
    notes.append(Note.TRANSPARENCY_FILLED)
    ground = Image.new("RGB", image.size, GREY)
    ground.paste(opaque, mask=alpha)
    return ground


def _to_srgb(image: Image.Image, profile: bytes | None, notes: list[Note]) -> Image.Image:
    if image.mode in {"1", "RGBX", "YCbCr", "HSV"}:
        image = image.convert("L" if image.mode == "1" else "RGB")
    if image.mode == "LAB":
        notes.append(Note.COLOURS_CONVERTED)
        return _convert(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if image.mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(source):
                return image
            converted = _convert(image, source)
        except (ImageCms.PyCMSError, OSError, ValueError):
            notes.append(Note.PROFILE_UNREADABLE)
        else:
            notes.append(Note.COLOURS_CONVERTED)
            return converted
    if image.mode == "CMYK":
        notes.append(Note.PRINT_COLOURS_GUESSED)
    return image if image.mode == "RGB" else image.convert("RGB")


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """Convert as print shops expect: relative colorimetric with black point compensation."""
    converted = ImageCms.profileToProfile(
        image,
        source,
        _SRGB,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # only None when converted in place
    return converted
