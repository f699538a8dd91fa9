"""Where the running OnModel can be reached."""

import json

from onmodel.settings import Settings


def public_url(settings: Settings) -> str:
    """Return the address that people open to reach the OnModel that runs on this data folder.

    It may have been started with another port than the settings of this shell say, so its own
    note is read first.
    """
    if settings.public_url is None and (noted := _noted(settings, "url")):
        return noted
    return settings.url


def local_url(settings: Settings) -> str:
    """Return the address for programs on this machine: past a proxy, which may not be up yet.

    On a machine where none runs, it is the one that people open.
    """
    return _noted(settings, "local") or public_url(settings)


def _noted(settings: Settings, name: str) -> str | None:
    try:
        noted = json.loads((settings.run / "home.lock").read_text()).get(name)
    except (OSError, ValueError, AttributeError):
        return None
    return str(noted) if noted else None
