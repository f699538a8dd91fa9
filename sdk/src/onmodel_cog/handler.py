"""The function: starts Cog, takes its schema for its own, and passes each call on."""

import base64
import binascii
import mimetypes
import queue
import re
import uuid
from pathlib import Path
from typing import Any, cast

from onmodel_cog.cog import Cog, SetupError
from onmodel_cog.schema import Described, describe
from onmodel_cog.settings import Settings, read
from onmodel_cog.site import Site
from onmodel_function import Cancelled, Context, Function, InputFile, OutputFile
from onmodel_function.files import media_type_of

_POLL_S = 0.1
# Looks without news before its health is asked for: a crash is told by nobody. Where it has been
# idle at several of them, the end of the call has been lost.
_QUIET_LOOKS = 20
_IDLE_LOOKS = 3
_FINAL = frozenset({"succeeded", "failed", "canceled"})
# How tqdm draws a bar.
_PERCENT = re.compile(r"(\d{1,3})%\|")


def model() -> type[Function[Any, Any]]:
    """Start the image's Cog and return the function that it is.

    Raises:
        SetupError: Cog's setup failed.
    """
    settings, site = read(), Site()
    cog = Cog(settings, f"{site.url}/out")
    described = describe(cog.await_ready(), settings.inputs, settings.output)

    class CogModel(Function[described.inputs, described.outputs]):  # type: ignore[name-defined]
        def run(self, inputs: Any, context: Context) -> Any:
            site.open(context.output)
            try:
                return _Call(settings, described, site, cog, context).run(inputs)
            finally:
                site.close()

    return CogModel


class _Call:
    """One prediction."""

    def __init__(
        self, settings: Settings, described: Described, site: Site, cog: Cog, context: Context
    ) -> None:
        self._names = {ours: theirs for theirs, ours in settings.inputs.items()}
        self._described = described
        self._site = site
        self._cog = cog
        self._context = context
        self._id = str(uuid.uuid4())
        self._told = 0
        self._fraction = 0.0
        self._asked_to_stop = False

    def run(self, inputs: object) -> object:
        values = {
            self._names.get(name, name): self._lent(value)
            for name, value in vars(inputs).items()
            if value is not None
        }
        self._cog.start(self._id, values, f"{self._site.url}/news")
        end = self._listen()
        if end["status"] == "succeeded":
            return self._outputs(end.get("output"))
        if not self._cog.is_fit():
            raise SystemExit(f"the model is lost: {end.get('error') or 'it crashed'}")
        if end["status"] == "canceled" and self._asked_to_stop:
            raise Cancelled
        raise RuntimeError(str(end.get("error") or "the model failed and does not say why"))

    def _listen(self) -> dict[str, Any]:
        """Follow what Cog tells until the end. News may overtake each other; the end is last."""
        quiet = idle = 0
        while True:
            if self._context.cancelled and not self._asked_to_stop:
                self._asked_to_stop = True
                self._cog.cancel(self._id)
            try:
                news = self._site.news.get(timeout=_POLL_S)
            except queue.Empty:
                quiet += 1
                if quiet % _QUIET_LOOKS == 0:
                    idle = idle + 1 if self._cog.is_idle() else 0
                    if idle == _IDLE_LOOKS or not self._cog.is_fit():
                        raise SystemExit("the model crashed, or lost the call") from None
                continue
            quiet = idle = 0
            if news.get("id") != self._id:
                continue
            self._tell(str(news.get("logs") or ""))
            if news.get("status") in _FINAL:
                return news

    def _tell(self, logs: str) -> None:
        """Pass on the new lines, and make progress of the bars among them."""
        fresh, self._told = logs[self._told :], max(self._told, len(logs))
        for line in re.split(r"[\r\n]+", fresh):
            bar = _PERCENT.search(line)
            if bar:
                self._fraction = max(self._fraction, min(1.0, int(bar[1]) / 100))
                self._context.progress(self._fraction, line.partition(":")[0][:60].strip())
            elif line.strip():
                print(line)  # noqa: T201 - the live log of the call

    def _lent(self, value: object) -> object:
        if isinstance(value, InputFile):
            return self._site.lend(value.path)
        if isinstance(value, list):
            return [self._lent(one) for one in cast("list[object]", value)]
        return value

    def _outputs(self, answer: object) -> object:
        single = self._described.single
        given: dict[str, Any] = {single: answer} if single else cast("dict[str, Any]", answer or {})
        values = {name: self._taken(value) for name, value in given.items()}
        known = self._described.outputs.__dataclass_fields__
        made = self._described.outputs(**{name: values.get(name) for name in known})
        _forget_others(self._site.all_taken(), vars(made).values())
        return made

    def _taken(self, value: object) -> object:
        if isinstance(value, list):
            return [self._taken(one) for one in cast("list[object]", value)]
        if isinstance(value, str):
            return self._site.taken(value) or self._unpacked(value) or value
        return value

    def _unpacked(self, value: str) -> OutputFile | None:
        """Write a file that came as a data URL, as older servers send it."""
        head, comma, data = value.partition(",")
        if not (head.startswith("data:") and head.endswith(";base64") and comma):
            return None
        try:
            content = base64.b64decode(data, validate=True)
        except binascii.Error:
            return None
        suffix = mimetypes.guess_extension(head[5:-7]) or ""
        path = self._context.output(f"{uuid.uuid4().hex}{suffix}")
        path.write_bytes(content)
        return OutputFile(path, media_type_of(path))


def _forget_others(left: list[OutputFile], values: Any) -> None:
    """Remove what was uploaded and is not in the answer: nobody would know what it is."""
    kept: set[Path] = set()
    for value in values:
        several = cast("list[object]", value) if isinstance(value, list) else [value]
        kept |= {one.path for one in several if isinstance(one, OutputFile)}
    for one in left:
        if one.path not in kept:
            one.path.unlink(missing_ok=True)


__all__ = ["SetupError", "model"]
