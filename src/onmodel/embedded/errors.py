"""What can keep an embedded service from starting, in words."""

from onmodel.kit.errors import ConflictError, StorageFullError, UnavailableError


class ServiceStartError(UnavailableError):
    code = "service_not_started"
    title = "A service did not start"
    default_try = "Run `onmodel doctor`; it looks at the machine and says what is missing."


class DataVersionError(ConflictError):
    code = "database_other_version"
    title = "The data belongs to another version of PostgreSQL"


class DataInUseError(ConflictError):
    code = "data_in_use"
    title = "The data folder is in use"


class FolderError(UnavailableError):
    code = "folder_not_usable"
    title = "The data folder cannot be used"


class DiskFullError(StorageFullError):
    title = "The disk is full"
    default_try = (
        "Free some space, or choose a folder on another disk with ONMODEL_HOME=/path, "
        "then start again. Nothing is lost."
    )
