"""The process in which hostile pictures are opened: ``python -m onmodel.storage.picture_process``.

It reads one JSON request a line and answers one JSON line. It may use little memory and time
and has no secret in its environment; whoever feeds it kills it when it takes too long. Limits:
see `limit_resources`. It opens nothing but the one file it is told to and writes three files.
"""

import json
import os
import resource
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import pillow_heif
from PIL import Image

from onmodel.kit.errors import ProblemError
from onmodel.storage.picture_colours import Note, normalise
from onmodel.storage.picture_errors import (
    AnimatedPictureError,
    DamagedPictureError,
    PictureTooComplexError,
    PictureTooSmallError,
    TooManyPixelsError,
    UnsupportedPictureTypeError,
)
from onmodel.storage.picture_formats import HEAD_BYTES, Format, detect, webp_header
from onmodel.storage.picture_marks import perceptual_hash, placeholder

MAX_SIDE = 30_000  # JPEG ends at 65,535
MIN_SIDE = 64
PREVIEW_SIDE = 1024
THUMB_SIDE = 256
_GPS_TAG = 0x8825  # Exif 2.32, section 4.6.3
_DNG_VERSION_TAG = 0xC612
_NEW_SUBFILE_TYPE_TAG = 0xFE
_BITS_PER_SAMPLE_TAG = 0x102


@dataclass(frozen=True, slots=True)
class Remade:
    """What came of a picture; ``master`` is the name of its file in the output folder."""

    format: str
    width: int
    height: int
    media_type: str
    master: str
    phash: str
    thumbhash: str
    notes: list[str]


def remake(source: Path, into: Path, *, max_pixels: int) -> Remade:
    """Read the picture at ``source`` and write master, preview and thumb into ``into``.

    Raises a `PictureError` of onmodel.storage.picture_errors for anything that is not taken.
    """
    notes: list[Note] = []
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        kind, lossless = _check_head(head, max_pixels)
        try:
            image = _read(file, kind, head, max_pixels, notes)
        except ProblemError:
            raise
        except MemoryError as error:
            raise PictureTooComplexError(
                "The picture needs more memory than a picture of its kind should."
            ) from error
        except Exception as error:  # whatever a decoder throws at it, the file is to blame
            raise DamagedPictureError(
                "The file begins like a picture but cannot be read."
            ) from error
    return _write(image, into, kind, lossless, notes)


def _check_head(head: bytes, max_pixels: int) -> tuple[Format, bool]:
    """Return the kind of picture and whether its pixels are kept exactly."""
    kind = detect(head)
    if kind is Format.WEBP:
        width, height, lossless = webp_header(head)
        _check_size(width, height, max_pixels)
        return kind, lossless
    return kind, kind in {Format.PNG, Format.TIFF, Format.GIF}


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels or max(width, height) > MAX_SIDE:
        raise TooManyPixelsError(
            f"The picture is {width:,} × {height:,} pixels; "
            f"at most {max_pixels / 1e6:,.0f} megapixels are taken.",
        )
    if min(width, height) < MIN_SIDE:
        raise PictureTooSmallError(
            f"The picture is {width:,} × {height:,} pixels; "
            f"each side needs at least {MIN_SIDE} to show anything of a character."
        )


def _read(
    file: BinaryIO, kind: Format, head: bytes, max_pixels: int, notes: list[Note]
) -> Image.Image:
    with Image.open(file, formats=[kind.value.upper()]) as image:
        _check_size(*image.size, max_pixels)
        if kind is Format.TIFF:
            _check_tiff(image, notes)
        elif kind not in {Format.JPEG, Format.HEIF} and getattr(image, "is_animated", False):
            raise AnimatedPictureError("The file is an animation; a reference is one picture.")
        if image.mode in {"I", "F"} and kind is Format.TIFF:
            raise UnsupportedPictureTypeError(
                "The picture has 32 bits per colour, which needs grading before it can be shown.",
                try_="Grade it and export it as 8- or 16-bit PNG or TIFF.",
            )
        deep = _bits(image, kind, head) > 8 and image.mode in {"RGB", "RGBA", "CMYK"}
        located = bool(image.getexif().get_ifd(_GPS_TAG))
        upright = normalise(image, notes)
    if deep:
        notes.append(Note.REDUCED_TO_8_BIT)
    if located:
        notes.append(Note.LOCATION_REMOVED)
    return upright


def _check_tiff(image: Image.Image, notes: list[Note]) -> None:
    tags = getattr(image, "tag_v2", {})
    if _DNG_VERSION_TAG in tags or tags.get(_NEW_SUBFILE_TYPE_TAG, 0) & 1:
        raise UnsupportedPictureTypeError(
            "The file is a camera's raw file.",
            try_="Develop it and export it as JPEG, PNG or TIFF.",
        )
    if getattr(image, "n_frames", 1) > 1:
        notes.append(Note.FIRST_PAGE_ONLY)


def _bits(image: Image.Image, kind: Format, head: bytes) -> int:
    """Return how many bits a colour had in the file."""
    if kind is Format.TIFF:
        return max(getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE_TAG, (8,)))
    if kind is Format.PNG:
        return head[24]  # in IHDR, W3C PNG 3, section 11.2.1
    return int(image.info.get("bit_depth", 8)) if kind is Format.HEIF else 8


def _write(
    image: Image.Image, into: Path, kind: Format, lossless: bool, notes: list[Note]
) -> Remade:
    if lossless:
        master, media_type = "master.png", "image/png"
        image.save(into / master, "PNG", compress_level=4)
    else:
        master, media_type = "master.jpg", "image/jpeg"
        image.save(into / master, "JPEG", quality=95, subsampling=0)
    preview = _fitted(image, PREVIEW_SIDE)
    preview.save(into / "preview.webp", "WEBP", quality=82, method=2)
    thumb = _fitted(preview, THUMB_SIDE)
    thumb.save(into / "thumb.webp", "WEBP", quality=80, method=4)
    return Remade(
        format=kind.value,
        width=image.width,
        height=image.height,
        media_type=media_type,
        master=master,
        phash=perceptual_hash(preview),
        thumbhash=placeholder(thumb),
        notes=[note.value for note in dict.fromkeys(notes)],
    )


def _fitted(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def limit_resources(*, memory_bytes: int, file_bytes: int) -> None:
    """Limit this process: address space, size of written files, open files, no core dump."""
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in limits.items():
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            # macOS refuses RLIMIT_AS below what is mapped; the time-out still holds there.
            continue


def _limit_time(seconds: int) -> None:
    """Let the kernel end this process ``seconds`` of CPU time from now (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))


def _answer(line: str) -> dict[str, object]:
    request = json.loads(line)
    _limit_time(request["cpu_seconds"])
    try:
        remade = remake(
            Path(request["source"]), Path(request["into"]), max_pixels=request["max_pixels"]
        )
    except ProblemError as error:
        return {"refused": error.code, "detail": error.detail, "try": error.try_}
    except MemoryError:
        return {"refused": PictureTooComplexError.code, "detail": "It needs too much memory."}
    return {"remade": asdict(remade)}


def main() -> None:
    """Serve requests until the input ends: when whoever started us is gone, so are we."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # `_check_size` decides, with a sentence for the artist
    pillow_heif.register_heif_opener()
    limit_resources(memory_bytes=int(sys.argv[1]), file_bytes=int(sys.argv[2]))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a C library prints must not be taken for an answer
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        answers.write(json.dumps(_answer(line)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
