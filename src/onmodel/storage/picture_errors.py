"""Why a picture is not taken, and what an artist can do about it."""

from onmodel.kit.errors import InvalidError, TooLargeError, UnavailableError, UnsupportedError


class EmptyFileError(InvalidError):
    code = "empty_file"
    title = "The file is empty"
    default_try = "Look at the file on your computer and send it again."


class FileTooLargeError(TooLargeError):
    code = "file_too_large"
    title = "The file is too large"
    default_try = (
        "Save it as a JPEG of high quality, or make the picture smaller: "
        "4,000 pixels on the long side are plenty."
    )


class NotAPictureError(UnsupportedError):
    code = "not_a_picture"
    title = "This is not a picture"
    default_try = "Send a JPEG, PNG, WebP, HEIC, AVIF or TIFF picture."


class UnsupportedPictureTypeError(UnsupportedError):
    code = "unsupported_picture_type"
    title = "This kind of picture is not taken"
    default_try = "Export it as JPEG, PNG, WebP, HEIC, AVIF or TIFF and send that."


class AnimatedPictureError(InvalidError):
    code = "animated_picture"
    title = "This picture moves"
    default_try = "Save the one frame that shows the character best as PNG or JPEG and send that."


class DamagedPictureError(InvalidError):
    code = "damaged_picture"
    title = "The picture is damaged"
    default_try = "Open it on your computer and save it anew, or send it again from the original."


class TooManyPixelsError(InvalidError):
    code = "too_many_pixels"
    title = "The picture has too many pixels"
    default_try = "Make it smaller and send it again; 4,000 pixels on the long side are plenty."


class PictureTooSmallError(InvalidError):
    code = "picture_too_small"
    title = "The picture is too small"
    default_try = "Send a larger version; a face should be at least 200 pixels wide."


class PictureTooComplexError(InvalidError):
    code = "picture_too_complex"
    title = "The picture takes too much work to read"
    default_try = "Open it on your computer, save it as PNG or JPEG and send that."


class PictureReaderUnavailableError(UnavailableError):
    code = "picture_reader_unavailable"
    title = "Pictures cannot be read at the moment"


PictureError = (
    EmptyFileError
    | FileTooLargeError
    | NotAPictureError
    | UnsupportedPictureTypeError
    | AnimatedPictureError
    | DamagedPictureError
    | TooManyPixelsError
    | PictureTooSmallError
    | PictureTooComplexError
)

BY_CODE: dict[str, type[PictureError]] = {
    error.code: error
    for error in (
        EmptyFileError,
        FileTooLargeError,
        NotAPictureError,
        UnsupportedPictureTypeError,
        AnimatedPictureError,
        DamagedPictureError,
        TooManyPixelsError,
        PictureTooSmallError,
        PictureTooComplexError,
    )
}
