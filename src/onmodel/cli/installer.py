"""Installs the model functions while the web page is usable already."""

import json
import os
import subprocess
import threading
from pathlib import Path

from onmodel.cli.output import escape, output
from onmodel.cli.part import Part, onmodel
from onmodel.embedded.service import open_log

_STOP_SECONDS = 3.0


class Installer(Part):
    """``onmodel function install`` at low priority, telling what it does.

    It runs once; when it fails, a worker tries again at the first call of the function.
    """

    restarts = False

    def __init__(self, *, log: Path, environment: dict[str, str]) -> None:
        super().__init__(
            "The installation of the models",
            ["nice", "-n", "10", *onmodel("function", "install", "--json")],
            log=log,
            environment=environment,
            stop_seconds=_STOP_SECONDS,
        )
        self._said = ""

    def start(self) -> None:
        """Start it and listen to it."""
        self.process = process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.log.parent,
            env=os.environ | self.environment,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        text = b""
        with open_log(self.log) as log, process.stdout:
            for line in process.stdout:
                log.write(line)
                log.flush()
                text += line
                self._tell(line)
        self._conclude(process.wait(), text.decode(errors="replace"))

    def _tell(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if not isinstance(event, dict) or event.get("event") != "progress":
            return
        output.event(**{**event, "event": "installing"})
        # uv says much; a person wants to know which model and which step
        said = f"{event['function']}: {_STEPS.get(event['step'], event['step'])}"
        if said != self._said:
            self._said = said
            output.say(f"  [dim]{event['fraction']:4.0%}[/] {escape(said)}")

    def _conclude(self, status: int, text: str) -> None:
        output.event(event="installed", ok=status == 0)
        if status == 0:
            if self._said:
                output.say("[green]✓[/] The models are ready.")
        elif status > 0:  # not ended by us
            output.say(
                f"[yellow]![/] The models are not installed: {escape(_reason(text))}\n"
                "    What to do: `onmodel function install` tries again."
            )


_STEPS = {"environment": "installing its packages", "weights": "fetching its weights"}


def _reason(text: str) -> str:
    """Return the sentence of the problem document in the last line of what was printed."""
    last = (text.strip().splitlines() or ["it said nothing"])[-1]
    try:
        return str(json.loads(last)["detail"])
    except (ValueError, KeyError, TypeError):
        return last
