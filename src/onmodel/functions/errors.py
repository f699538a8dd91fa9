"""What can go wrong around functions before one of them runs."""

from onmodel.kit.errors import ConflictError, NotFoundError, StorageFullError, UnavailableError


class ManifestError(UnavailableError):
    code = "function_manifest_broken"
    title = "A function's description is broken"
    default_try = "Whoever installed the function has to correct its function.toml."


class NoFunctionError(UnavailableError):
    code = "no_function"
    title = "No installed function can do this"
    default_try = "Choose another quality, or ask your administrator to install a function for it."


class FunctionNotFoundError(NotFoundError):
    code = "function_not_found"
    title = "No such function"
    default_try = "`onmodel function list` shows what is installed."


class PackagesUnreachableError(UnavailableError):
    code = "packages_unreachable"
    title = "Model files cannot be downloaded"
    default_try = "Check the server's internet connection and start again; it goes on from there."


class PackageMissingError(UnavailableError):
    code = "package_missing"
    title = "A package the function needs does not exist any more"
    default_try = "Update the function; its author has to name another package."


class WrongHashError(ConflictError):
    code = "weights_hash_mismatch"
    title = "A model file is not the one that was promised"
    default_try = "Do not use it. Try again later; if it stays so, tell the function's author."


class WrongFormatError(ConflictError):
    code = "weights_format_refused"
    title = "A model file is not of a safe format"
    default_try = (
        "Ask its author for safetensors. Only if you trust whoever made it: pickle = true in "
        "function.toml."
    )


class WeightsNotAllowedError(UnavailableError):
    code = "weights_not_allowed"
    title = "The site wants to know who asks for this model file"
    default_try = (
        "Accept its terms there, and give the server your token: "
        """ONMODEL_DOWNLOAD_TOKENS='{"huggingface.co": "hf_..."}'."""
    )


class DownloadStoppedError(ConflictError):
    code = "download_stopped"
    title = "The download was stopped"
    default_try = "Start it again; it goes on where it stopped."


class InstallTimedOutError(UnavailableError):
    code = "install_timed_out"
    title = "The installation took too long"
    default_try = (
        "Try again: what has arrived stays. `onmodel function install NAME` has no time limit, and "
        "install_s in function.toml is how long a call waits."
    )


class DownloadRunningError(ConflictError):
    code = "download_running"
    title = "It is being fetched already"
    default_try = "The page of functions shows how far it is."


class LicenceNotAcceptedError(ConflictError):
    code = "licence_not_accepted"
    title = "Nobody has accepted the licence yet"
    default_try = (
        "An administrator reads and accepts it on the page of functions, or with "
        "`onmodel function licence NAME --accept`."
    )


class NothingToAcceptError(ConflictError):
    code = "nothing_to_accept"
    title = "No licence has to be accepted"
    default_try = "Its terms allow commercial work: use it."


class AdditionMissingError(NotFoundError):
    code = "encoder_not_installed"
    title = "This encoder is not installed"
    default_try = "`onmodel identity encoders` shows which are."


class EnvironmentBrokenError(UnavailableError):
    code = "environment_failed"
    title = "A function's environment could not be made"
    default_try = "The message says what the installer reported; its log has the rest."


class NoRoomError(StorageFullError):
    code = "disk_full"
