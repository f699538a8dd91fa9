"""``onmodel up``: everything on one machine, from one command."""

import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import Any

from onmodel.cli import handover, health, migrations
from onmodel.cli.connection import embedded_postgres, embedded_valkey
from onmodel.cli.crew_part import CrewPart
from onmodel.cli.installer import Installer
from onmodel.cli.output import escape, output
from onmodel.cli.part import Part, onmodel
from onmodel.cli.port import listen
from onmodel.cli.supervisor import StopRequestedError, Supervisor
from onmodel.embedded import folders
from onmodel.embedded.errors import ServiceStartError
from onmodel.embedded.lock import HomeLock
from onmodel.embedded.watchdog import Watchdog
from onmodel.settings import Settings

_HEALTHY_SECONDS = 120.0
_PROBE_SECONDS = 0.05


class Installation:
    """One data folder and the parts that serve it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._began = time.monotonic()
        self._supervisor = Supervisor(Watchdog(settings.run / "parts.json"))
        self._postgres = None if settings.database_url else embedded_postgres(settings)
        self._valkey = None if settings.broker_url else embedded_valkey(settings)

    def run(self) -> None:
        """Start, serve until somebody stops it, stop.

        Raises:
            ProblemError: it could not start; whatever was started is stopped again.
        """
        settings = self.settings
        with ExitStack() as stack:
            lock = stack.enter_context(HomeLock(settings.home))
            for folder in (settings.logs, settings.workspace, settings.weights):
                folders.make(folder)
            listener = stack.enter_context(listen(settings.host, settings.port))
            self.settings = settings.model_copy(update={"port": listener.getsockname()[1]})
            lock.describe(url=self.settings.url, local=self.settings.local_url)
            self._supervisor.catch_signals()
            for name in self._supervisor.begin():
                output.say(f"[yellow]![/] {name} was left over from a crash; I ended it.")
            stack.callback(self._stop)
            try:
                self._start(listener)
                self._supervisor.keep_running()
            except StopRequestedError:
                pass  # said already; the rest of the block stops what runs

    def _stop(self) -> None:
        self._supervisor.stop()
        output.event(event="stopped")
        output.say("Stopped. Nothing is running any more.")

    def _start(self, listener: socket.socket) -> None:
        version = importlib.metadata.version("onmodel")
        output.say(f"[bold]OnModel {version}[/]  data in {escape(self.settings.home)}")
        gate, link = handover.Pipe(), handover.Pipe()
        environment = self._start_parts(listener, gate, link)
        self._migrate(environment)
        gate.close_write_end()
        output.say("  Loading …")
        self._supervisor.run_all(self._await_health)
        seconds = time.monotonic() - self._began
        self._tell_ready(seconds, self._supervisor.run_all(link.read_json)[0])
        link.close_read_end()
        log = self.settings.logs / "install.log"
        self._supervisor.start(Installer(log=log, environment=environment))

    def _start_parts(
        self, listener: socket.socket, gate: handover.Pipe, link: handover.Pipe
    ) -> dict[str, str]:
        """Start everything and return the environment of our own parts.

        They load their code for a second or two and then wait at the gate. So they are started
        together with the services, unless the database, and with it its password, is yet to be
        made.
        """
        services = [service for service in (self._postgres, self._valkey) if service is not None]
        if self._postgres and self._postgres.is_new:
            output.say("  Making a new database …")
            self._supervisor.start(*services)
            environment = self._environment()
            self._supervisor.start(*self._own_parts(environment, listener, gate, link))
        else:
            environment = self._environment()
            parts = self._own_parts(environment, listener, gate, link)
            self._supervisor.start(*services, *parts)
        gate.close_read_end()
        link.close_write_end()
        for service in services:
            output.say(f"[green]✓[/] {service.name}")
        return environment

    def _tell_ready(self, seconds: float, link: dict[str, Any]) -> None:
        output.event(
            event="ready",
            url=self.settings.url,
            seconds=round(seconds, 2),
            sign_in_url=link.get("url"),
        )
        output.say(f"\n[bold green]Ready in {seconds:.1f} s:[/] {self.settings.url}")
        if link:
            output.say(f"Sign in as {escape(link['username'])} (works once): {link['url']}")
        output.say(f"[dim]Stop with Ctrl-C. Logs: {escape(self.settings.logs)}[/]\n")

    def _migrate(self, environment: dict[str, str]) -> None:
        url = environment["ONMODEL_DATABASE_URL"]
        if self._supervisor.run_all(lambda: migrations.is_current(url))[0]:
            output.say("[green]✓[/] Database is up to date")
            return
        output.say("  Bringing the database up to date …")
        # in a process of its own: what Alembic imports would stay in the supervisor for ever
        self._supervisor.run_all(lambda: _migrate(environment))
        output.say("[green]✓[/] Database brought up to date")

    def _own_parts(
        self,
        environment: dict[str, str],
        listener: socket.socket,
        gate: handover.Pipe,
        link: handover.Pipe,
    ) -> list[Part]:
        listen = {handover.LISTEN: listener.fileno()}
        wait = {handover.GATE: gate.read_end}
        tell = {handover.LINK: link.write_end}
        if sys.platform == "linux":
            crew = CrewPart(
                logs=self.settings.logs,
                environment=environment,
                files=listen,
                once=wait | tell,
                on_change=self._supervisor.tell_watchdog,
            )
            return [crew]

        # elsewhere a fork without exec is not safe: the system's own libraries keep threads
        def part(name: str, word: str, once: dict[str, int], files: dict[str, int]) -> Part:
            log = self.settings.logs / f"{word}.log"
            return Part(
                name, onmodel(word), log=log, environment=environment, files=files, once=once
            )

        return [
            part("The web process", "serve", wait | tell, listen),
            *(
                part(f"The web process {number}", "serve", wait, listen)
                for number in range(2, self.settings.web_processes + 1)
            ),
            part("The Producer", "producer", wait, {}),
            part("The worker", "worker", wait, {}),
        ]

    def _environment(self) -> dict[str, str]:
        """Return the settings for the parts; what people set themselves they inherit anyway."""
        database = self._postgres.url() if self._postgres else str(self.settings.database_url)
        broker = self._valkey.url() if self._valkey else str(self.settings.broker_url)
        return {
            "ONMODEL_HOME": str(self.settings.home),
            "ONMODEL_HOST": self.settings.host,
            "ONMODEL_PORT": str(self.settings.port),
            "ONMODEL_DATABASE_URL": database,
            "ONMODEL_BROKER_URL": broker,
            "PYTHONUNBUFFERED": "1",
        }

    def _await_health(self) -> None:
        """Wait until the health page says that every part works."""
        deadline = time.monotonic() + _HEALTHY_SECONDS
        report: dict[str, Any] = {}
        while not self._supervisor.stopping:
            report = health.read(self.settings)
            if report.get("status") == "ok":
                return
            if time.monotonic() > deadline:
                down = [name for name, part in report.get("parts", {}).items() if not part["ok"]]
                raise ServiceStartError(
                    f"After {_HEALTHY_SECONDS:.0f} seconds not everything works"
                    f"{': ' + ', '.join(down) if down else ''}. "
                    f"The logs are in {self.settings.logs}.",
                )
            time.sleep(_PROBE_SECONDS)  # the page is asked again; there is nothing to wait on


def _migrate(environment: dict[str, str]) -> None:
    result = subprocess.run(
        onmodel("migrate", "--json"),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # a Ctrl-C waits until it is done
    )
    if result.returncode != 0:
        raise ServiceStartError(_reason(result))


def _reason(result: "subprocess.CompletedProcess[str]") -> str:
    try:
        return json.loads(result.stdout)["detail"]
    except (ValueError, KeyError, TypeError):
        return (result.stderr.strip().splitlines() or ["A step failed without a word."])[-1]
