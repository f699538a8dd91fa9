"""Where the running OnModel can be reached."""

import json

from onmodel.settings import Settings


def public_url(settings: Settings) -> str:
    """Return the address of the OnModel that runs on this data folder.

    It may have been started with another port than the settings of this shell say, so its own
    note is read first.
    """
    if settings.public_url is None:
        try:
            noted = json.loads((settings.run / "home.lock").read_text()).get("url")
        except (OSError, ValueError, AttributeError):
            noted = None
        if noted:
            return str(noted)
    return settings.url
