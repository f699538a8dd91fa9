"""What ``onmodel function info`` shows of one function."""

from typing import Any

from onmodel.cli.output import Answer, escape
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import ENDLESS
from onmodel.functions.registry import find
from onmodel.runner.choice import choose_runtime
from onmodel.runner.startup import start
from onmodel.settings import Settings


def describe(settings: Settings, name: str) -> Answer:
    """Return the card. A function that is installed is started, to ask what it takes."""
    manifest = find(settings.functions_dir, name)
    ready = Installation(settings.home, tokens=settings.tokens).is_ready(manifest)
    schemas = _schemas(settings, manifest) if ready else {}
    data = manifest.model_dump(mode="json") | {
        "folder": str(manifest.folder),
        "commercial": manifest.commercial,
        "installed": ready,
        "inputs": schemas.get("Input"),
        "outputs": schemas.get("Output"),
    }
    return Answer(data, "\n".join(_lines(manifest, schemas, ready=ready)))


def _schemas(settings: Settings, manifest: Manifest) -> dict[str, Any]:
    runtime, prepare = choose_runtime(settings)
    try:
        prepared = prepare(manifest, lambda line: None, ENDLESS)
        ready = start(runtime, manifest, prepared, cancelled=lambda: False)
        ready.instance.kill()
    finally:
        runtime.close()
    schema: Any = ready.schema
    return dict(schema["components"]["schemas"])


def _lines(manifest: Manifest, schemas: dict[str, Any], *, ready: bool) -> list[str]:
    limits = manifest.limits
    tiers = ", ".join(
        f"{tier.value} ({needs.vram_mb} MB of video memory)" if needs.vram_mb else tier.value
        for tier, needs in manifest.tiers.items()
    )
    preview = " (preview)" if manifest.preview else ""
    lines = [
        f"[bold]{escape(manifest.title)}[/]  {manifest.key}{preview}",
        escape(manifest.summary),
        f"Tasks     {escape(', '.join(manifest.tasks))}",
        f"Tiers     {escape(tiers)}",
        f"Limits    {limits.run_s:g} s, {limits.memory_mb} MB of memory, {limits.output_mb} MB out",
        f"Licence   {escape(manifest.licence)}{'' if manifest.commercial else ', not for sale'}",
    ]
    for weight in manifest.weights:
        size = f"{weight.bytes / 1e6:.1f} MB"
        terms = "" if weight.commercial else f", not for sale, {weight.licence_url}"
        lines.append(
            f"Weights   {escape(weight.name)}, {size}, {escape(weight.licence)}{escape(terms)}"
        )
    for title, key in (("Input", "Input"), ("Output", "Output")):
        for name, rule in schemas.get(key, {}).get("properties", {}).items():
            told = rule.get("description", "")
            lines.append(f"{title:<9} [bold]{escape(name)}[/]  {escape(told)}")
    if not ready:
        lines.append(f"Not installed: onmodel function install {manifest.name}")
    return lines
