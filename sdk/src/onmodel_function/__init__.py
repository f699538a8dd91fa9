"""What the author of an OnModel function imports."""

from onmodel_function.author import Cancelled, Context, Function, InvalidInput
from onmodel_function.fields import field
from onmodel_function.files import InputFile, OutputFile

__all__ = [
    "Cancelled",
    "Context",
    "Function",
    "InputFile",
    "InvalidInput",
    "OutputFile",
    "field",
]
