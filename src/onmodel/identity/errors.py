"""What can go wrong with calibrations, searches and checks."""

from onmodel.kit.errors import ConflictError, InvalidError, NotFoundError


class EncoderNotFoundError(NotFoundError):
    code = "encoder_not_found"
    title = "No such encoder"
    default_try = "`onmodel identity encoders` lists those that OnModel knows."


class CalibrationNotFoundError(NotFoundError):
    code = "calibration_not_found"
    title = "No such calibration"
    default_try = "Look at the list of calibrations again."


class TooFewVerdictsError(ConflictError):
    code = "too_few_verdicts"
    title = "Too few verdicts to learn from"
    default_try = "Judge more pictures, some that are the character and some that are not."


class NotMeasuredError(ConflictError):
    code = "not_measured"
    title = "There is nothing to compare"
    default_try = "Wait until it has been measured, or take a picture that shows a clear face."


class CheckNotFoundError(NotFoundError):
    code = "check_not_found"
    title = "No such check"
    default_try = "It may have been removed, or it belongs to another team."


class UnknownCastError(InvalidError):
    code = "unknown_cast"
    title = "Not in this project"
    default_try = "Name characters of this project."


class EncoderBuiltInError(ConflictError):
    code = "encoder_built_in"
    title = "This encoder is always there"
    default_try = "There is nothing to do."


class EncoderFileNeededError(InvalidError):
    code = "encoder_file_needed"
    title = "This encoder's file has to be brought by you"
    default_try = "Download it and name it: `onmodel identity install NAME --file PATH.onnx`."
