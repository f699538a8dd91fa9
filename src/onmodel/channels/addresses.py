"""Addresses that people give: what they are, and whether they may be used."""

import ipaddress
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from onmodel.channels.errors import AddressRefusedError
from onmodel.channels.guard import may_connect, parse_networks
from onmodel.channels.post_office import PostOffice
from onmodel.settings import Settings

# Only what tells an e-mail address from anything else; whether it exists shows the test.
_MAIL = re.compile(r"[^@\s,;:/]{1,64}@[^@\s,;:/]+\.[^@\s,;:/]+")


def is_mail(address: str) -> bool:
    """Say whether somebody typed an e-mail address."""
    return len(address) <= 254 and _MAIL.fullmatch(address) is not None


def mail_to(mail_url: str, address: str) -> str:
    """Return the address of the server's mail account with one receiver, as plain text mail."""
    parts = urlsplit(mail_url)
    query = [*parse_qsl(parts.query), ("to", address), ("format", "text")]
    return urlunsplit(parts._replace(query=urlencode(query)))


async def name_service(address: str, settings: Settings) -> str:
    """Return the name of the chat service that an address belongs to.

    It is taken apart in the guarded process, which ends again: an address may say things about
    files, and this process has no business with either.

    Raises:
        AddressRefusedError: no service is known by it, or none that is allowed here.
    """
    office = PostOffice(settings.notify_private_networks)
    try:
        schemes = settings.notify_schemes.split()
        outcome = await office.send({"way": "look", "url": address, "schemes": schemes})
    finally:
        await office.close()
    if outcome.kind != "known":
        raise AddressRefusedError(outcome.words)
    return outcome.words


def check_endpoint(endpoint: str, settings: Settings) -> None:
    """Let a push service's address pass: HTTPS, or a network that the administrator allows.

    Raises:
        AddressRefusedError: it is neither.
    """
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
    except ValueError as error:
        raise AddressRefusedError("This is no address.") from error
    allowed = parse_networks(settings.notify_private_networks)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name: where it leads is looked at when it is connected to
        fits = bool(host) and parts.scheme == "https"
    else:
        ours = any(address in network for network in allowed)
        fits = ours or (parts.scheme == "https" and may_connect(address, allowed))
    if not fits or parts.scheme not in {"http", "https"}:
        raise AddressRefusedError("A push service has an https address on the Internet.")
