"""What can go wrong around notifications outside of OnModel."""

from onmodel.kit.errors import ConflictError, InvalidError, NotFoundError, TooManyError


class AddressRefusedError(InvalidError):
    code = "address_refused"
    title = "This address cannot be used"
    default_try = "Paste an e-mail address, or the whole webhook address that the service gave you."


class MailNotSetUpError(ConflictError):
    code = "mail_not_set_up"
    title = "This server cannot send e-mail"
    default_try = "Ask an administrator to set ONMODEL_MAIL_URL, or use another way."


class TooManyDestinationsError(ConflictError):
    code = "too_many_destinations"
    title = "That is enough places"
    default_try = "Remove one that you do not need."


class DestinationNotFoundError(NotFoundError):
    code = "destination_not_found"
    title = "No such place"
    default_try = "It was removed meanwhile; add it again."


class TestNotFoundError(NotFoundError):
    __test__ = False

    code = "test_not_found"
    title = "No such test"
    default_try = "Send another one."


class TooManyTestsError(TooManyError):
    __test__ = False

    code = "too_many_tests"
    title = "Too many tests"
    default_try = "Wait a minute and try again."
