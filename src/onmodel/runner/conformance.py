"""What every function has to do, tried on the function itself."""

import itertools
import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from onmodel.functions.installation import Prepare, Prepared
from onmodel.functions.manifest import MODELS, JsonValue, Manifest
from onmodel.functions.patience import ENDLESS
from onmodel.kit.errors import ProblemError
from onmodel.runner.calls import CallEvent, CallRequest, CallResult
from onmodel.runner.conversation import TOO_LATE
from onmodel.runner.errors import CallFailed, failed, unprepared
from onmodel.runner.examples import FILE, NoExampleError, example, inputs_of, required_of
from onmodel.runner.gpus import NO_GPUS, Ledger
from onmodel.runner.pool import Pool
from onmodel.runner.runtime import Runtime
from onmodel.runner.startup import Ready, start

State = Literal["passed", "failed", "skipped"]
_WITHOUT_WALLS = "only containers have it (ONMODEL_RUNTIME=docker)"
# Takes memory until somebody objects.
_GROW = "held = []\nwhile True: held.append(b'x' * (8 << 20))"
# 192.0.2.1 is nobody's (RFC 5737): where there is a network, this waits; where there is none, the
# kernel says so at once.
_CALL_OUT = """
import errno, socket, sys
names = [name for _, name in socket.if_nameindex()]
try:
    socket.create_connection(("192.0.2.1", 9), timeout=2)
except OSError as error:
    sys.exit(0 if names == ["lo"] and error.errno == errno.ENETUNREACH else 1)
sys.exit(1)
"""


@dataclass(frozen=True)
class Check:
    """One thing that was tried, and how it went. `detail` is for the function's author."""

    name: str
    state: State
    detail: str = ""


@runtime_checkable
class Walled(Protocol):
    """A runtime with walls that can be tried out."""

    def probe(self, manifest: Manifest, prepared: Prepared, program: str) -> tuple[int, bool, str]:
        """Run a Python program in the place of the function."""
        ...


def examine(
    manifest: Manifest,
    runtime: Runtime,
    prepare: Prepare,
    *,
    on_line: Callable[[str], None],
    ledger: Ledger = NO_GPUS,
) -> Iterator[Check]:
    """Try a function; yield each check when it is done. The runtime stays open."""
    try:
        prepared = prepare(manifest, on_line, ENDLESS)
        ready = _first(manifest, runtime, prepared, ledger)
    except (ProblemError, CallFailed) as error:
        told = error if isinstance(error, CallFailed) else unprepared(error)
        yield Check("starts", "failed", _told(told))
        return
    ready.instance.kill()
    yield Check("starts", "passed")
    pool = Pool(
        runtime,
        lambda _manifest, _on_line, _patience: prepared,
        ledger=ledger,
        max_per_function=1,
        owns=False,
    )
    try:
        with tempfile.TemporaryDirectory(prefix="onmodel-test-") as folder:
            yield from _Trial(manifest, ready.schema, pool, Path(folder)).checks()
    finally:
        pool.close()
    yield from _walls(manifest, prepared, runtime)


def _first(manifest: Manifest, runtime: Runtime, prepared: Prepared, ledger: Ledger) -> Ready:
    """Start it once, with the video memory that its lowest tier declares."""
    vram_mb = manifest.least_vram_mb
    lease = ledger.reserve(vram_mb) if vram_mb else None
    if vram_mb and lease is None:
        raise failed("gpu_busy", detail=f"no GPU here has {vram_mb} MiB free")
    try:
        gpu = None if lease is None else lease.gpu.uuid
        return start(runtime, manifest, prepared, cancelled=lambda: False, gpu=gpu)
    finally:
        if lease is not None:
            lease.release()


class _Trial:
    """The calls that are made of one function."""

    def __init__(
        self, manifest: Manifest, schema: Mapping[str, object], pool: Pool, folder: Path
    ) -> None:
        self._manifest = manifest
        self._schema = schema
        self._pool = pool
        self._folder = folder
        self._inputs = folder / "in"
        self._inputs.mkdir()

    def checks(self) -> Iterator[Check]:
        yield self._tiers()
        yield self._reads()
        yield from self._bad_inputs()
        try:
            values = example(self._manifest, self._schema, self._inputs)
        except NoExampleError as error:
            yield Check("runs", "skipped", f"{error}; add {FILE}")
            return
        fractions: list[float] = []

        def listen(event: CallEvent) -> None:
            if event.fraction is not None:
                fractions.append(event.fraction)

        try:
            first = self._call(values, on_event=listen)
        except CallFailed as error:
            own = (self._manifest.folder / FILE).is_file()
            if error.fault == "input" and not own:
                yield Check("runs", "skipped", f"made-up inputs were refused; add {FILE}")
            else:
                yield Check("runs", "failed", _told(error))
            return
        count = len(first.files)
        yield Check("runs", "passed", f"{first.seconds:.2f} s")
        yield Check("writes what it declares", "passed", f"{count} file{'s' * (count != 1)}")
        yield _progress(fractions)
        yield self._seed(values, first)
        yield self._cancel(values)

    def _tiers(self) -> Check:
        known = inputs_of(self._schema)
        unknown = [
            f"{tier.value}: {name}"
            for tier, needs in self._manifest.tiers.items()
            for name in needs.params
            if name not in known
        ]
        if unknown:
            return Check("tiers set known inputs", "failed", f"no such input: {', '.join(unknown)}")
        return Check("tiers set known inputs", "passed")

    def _reads(self) -> Check:
        name = "reads known inputs"
        known, needed = inputs_of(self._schema), required_of(self._schema)
        unknown = [one for one in self._manifest.reads if one not in known]
        if unknown:
            return Check(name, "failed", f"no such input: {', '.join(unknown)}")
        # a character may have no trained model
        models = [one for one in self._manifest.reads if one in MODELS and one in needed]
        if models:
            return Check(name, "failed", f"has to be optional: {', '.join(models)}")
        return Check(name, "passed")

    def _bad_inputs(self) -> Iterator[Check]:
        """Refused before it runs, with the input's name, and nothing breaks."""
        yield self._refuses("an unknown input", {"no_such_input": 1}, "no_such_input")
        for name in required_of(self._schema)[:1]:
            yield self._refuses("a missing input", {}, name)
        for name, rule in list(inputs_of(self._schema).items())[:1]:
            wrong: JsonValue = [[]] if rule.get("type") != "array" else {"no": "list"}
            yield self._refuses("a wrong type", {name: wrong}, name)

    def _refuses(self, what: str, values: dict[str, JsonValue], field: str) -> Check:
        name = f"refuses {what}"
        try:
            self._call(values)
        except CallFailed as error:
            named = [one["field"] for one in error.fields]
            if error.code == "invalid_input" and any(one.startswith(field) for one in named):
                return Check(name, "passed")
            return Check(name, "failed", f"{_told(error)}; expected invalid_input for {field}")
        return Check(name, "failed", f"it ran, with {json.dumps(values)}")

    def _seed(self, values: dict[str, JsonValue], first: CallResult) -> Check:
        name = "the same seed makes the same"
        if "seed" not in inputs_of(self._schema):
            return Check(name, "skipped", "it has no input called seed")
        try:
            second = self._call(values)
        except CallFailed as error:
            return Check(name, "failed", _told(error))
        for what, of in (("files", _hashes), ("values", _values)):
            if of(first) != of(second):
                return Check(name, "failed", f"the {what} of two calls with the same inputs differ")
        return Check(name, "passed")

    def _cancel(self, values: dict[str, JsonValue]) -> Check:
        name = "stops when it is cancelled"
        begun: list[float] = []

        def listen(event: CallEvent) -> None:
            if event.kind == "running":
                begun.append(time.monotonic())

        try:
            self._call(values, on_event=listen, cancelled=lambda: bool(begun))
        except CallFailed as error:
            seconds = time.monotonic() - begun[0] if begun else 0.0
            if error.code != "cancelled" or error.detail not in ("", TOO_LATE):
                return Check(name, "failed", _told(error))
            if not error.detail:
                return Check(name, "passed", f"after {seconds:.2f} s")
        return Check(name, "skipped", f"it was done before it stopped; ask for more in {FILE}")

    def _call(
        self,
        values: dict[str, JsonValue],
        *,
        on_event: Callable[[CallEvent], None] = lambda event: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> CallResult:
        outputs = self._folder / uuid.uuid4().hex
        outputs.mkdir()
        request = CallRequest(
            uuid.uuid4().hex,
            values,
            self._inputs,
            outputs,
            vram_mb=self._manifest.least_vram_mb,
        )
        return self._pool.call(self._manifest, request, on_event=on_event, cancelled=cancelled)


def _hashes(result: CallResult) -> list[tuple[str, str]]:
    return sorted((one.name, one.sha256) for one in result.files)


def _values(result: CallResult) -> JsonValue:
    """Return what it answered beside its files; what those are called is its own affair."""

    def without_paths(value: JsonValue) -> JsonValue:
        match value:
            case {"path": _, "media_type": kind}:
                return kind
            case dict():
                return {key: without_paths(item) for key, item in value.items()}
            case list():
                return [without_paths(item) for item in value]
            case _:
                return value

    return without_paths(dict(result.outputs))


def _progress(fractions: list[float]) -> Check:
    name = "progress only grows"
    if not fractions:
        return Check(name, "skipped", "it reports none (context.progress)")
    for before, after in itertools.pairwise(fractions):
        if after < before:
            return Check(name, "failed", f"from {before:g} back to {after:g}")
    return Check(name, "passed", f"{len(fractions)} report{'s' * (len(fractions) != 1)}")


def _walls(manifest: Manifest, prepared: Prepared, runtime: Runtime) -> Iterator[Check]:
    memory, network = "cannot take more memory", "cannot reach a network"
    if not isinstance(runtime, Walled):
        yield Check(memory, "skipped", _WITHOUT_WALLS)
        yield Check(network, "skipped", _WITHOUT_WALLS)
        return
    try:
        status, out_of_memory, said = runtime.probe(manifest, prepared, _GROW)
        if out_of_memory and status != 0:
            yield Check(memory, "passed", f"ended at {manifest.limits.memory_mb} MB")
        else:
            yield Check(memory, "failed", said or f"ended with status {status}")
        status, _, said = runtime.probe(manifest, prepared, _CALL_OUT)
        yield Check(network, "passed" if status == 0 else "failed", said)
    except OSError as error:
        yield Check("walls", "failed", str(error))


def _told(error: CallFailed) -> str:
    last = error.log.strip().splitlines()[-1:] if error.fault != "input" else []
    return ": ".join([f"{error.code}: {error.message}", *filter(None, [error.detail]), *last])
