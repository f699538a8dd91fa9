"""Fetching what a function needs while the page goes on: a thread of the API's process."""

import threading
from contextlib import suppress

import structlog

from onmodel.functions.errors import DownloadRunningError
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import Manifest
from onmodel.functions.pulls import Pulls
from onmodel.kit.errors import ProblemError
from onmodel.settings import Settings

log = structlog.get_logger(__name__)

_BEGIN_S = 5.0
_END_S = 10.0


class Fetching:
    """The downloads that this process does. They end with it, to be taken up later."""

    def __init__(self, settings: Settings) -> None:
        self._pulls = Pulls(settings.weights)
        self._installation = Installation(settings.home, tokens=settings.tokens)
        self._environments = settings.runtime == "process"
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, manifest: Manifest) -> None:
        """Begin to fetch; return when everybody can see it. Blocks for a moment.

        Raises:
            DownloadRunningError: it is being fetched already.
        """
        found = self._pulls.of(manifest.name)
        if found is not None and found.state == "running":
            raise DownloadRunningError(f"{manifest.title} is being fetched already.")
        begun = threading.Event()
        thread = threading.Thread(
            target=self._fetch, args=(manifest, begun), name=f"fetch-{manifest.name}"
        )
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()
        begun.wait(_BEGIN_S)

    def stop(self, name: str) -> None:
        """Ask the download to end, whichever process does it."""
        self._pulls.stop(name)

    def close(self) -> None:
        """End the downloads of this process."""
        self._closing.set()
        for thread in self._threads:
            thread.join(_END_S)

    def _fetch(self, manifest: Manifest, begun: threading.Event) -> None:
        def make_environment() -> None:
            if self._environments:
                self._installation.environments.ensure(manifest, lambda line: None)

        # whoever was faster does it
        with suppress(DownloadRunningError):
            try:
                self._pulls.fetch(
                    manifest,
                    self._installation,
                    on_pull=lambda pull: begun.set(),
                    stopped=self._closing.is_set,
                    finish=make_environment,
                )
            except ProblemError as problem:
                log.warning("fetch_failed", function=manifest.name, code=problem.code)
            except OSError as error:
                log.warning("fetch_failed", function=manifest.name, error=str(error))
        begun.set()
