"""An image with the real Cog in it, unmodified, behind our contract and our walls.

What `cog build` adds to an image is added here by hand: the packages, the name of the class, and
the schema. (Cog's command line is no Python package; its server and its SDK are.)
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest

from bench.support.house import shared_caches
from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import CogImage, Limits, Manifest, Tier, TierNeeds
from onmodel.functions.new import gradient
from onmodel.functions.uv import run_uv
from onmodel.runner.calls import CallEvent
from onmodel.runner.cog import CogImages
from onmodel.runner.conformance import examine
from onmodel.runner.container import ContainerRuntime
from onmodel.runner.engine import Engine
from onmodel.runner.errors import CallFailed
from onmodel.runner.pool import Pool
from tests.runner.conftest import ROOT, MakeRequest
from tests.support.engine import OwnEngine

COG = "0.23.1"
MODEL = Path(__file__).parent / "cog_image" / "model"
DOCKERFILE = """
FROM {base}
COPY packages /usr/local/lib/python3.11/dist-packages
COPY model /src
WORKDIR /src
ENV COG_PREDICT_TYPE_STUB=run.py:Runner
ENTRYPOINT []
CMD ["python", "-m", "cog.server.http"]
"""


def packages() -> Path:
    """Return the folder with Cog's packages, fetched once per machine."""
    folder = shared_caches() / f"cog-{COG}"
    if not (folder / "cog").is_dir():
        run_uv(
            [
                *("pip", "install", "--only-binary", ":all:", "--target", str(folder)),
                *("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28"),
                f"cog=={COG}",
            ],
            on_line=print,
        )
    return folder


@pytest.fixture(scope="module")
def image(engine: OwnEngine) -> str:
    """An image of the model, by its id."""
    name = "somebody/copying:test"
    engine.build(name, DOCKERFILE, {"packages": packages(), "model": MODEL})
    with closing(docker.APIClient(base_url=engine.host)) as client:
        return str(client.inspect_image(name)["Id"])


@pytest.fixture
def manifest(image: str, tmp_path: Path) -> Manifest:
    examples = tmp_path / "copying" / "examples"
    examples.mkdir(parents=True)
    (examples / "inputs.json").write_text('{"reference": {"path": "a.png"}}')
    (examples / "a.png").write_bytes(gradient())
    return Manifest.model_validate(
        {
            "folder": tmp_path / "copying",
            "name": "copying",
            "version": "1",
            "tasks": ["toy"],
            "title": "Copying",
            "summary": "A model that somebody packed with Cog.",
            "licence": "Apache-2.0",
            "cog": CogImage(image=image, inputs={"picture": "reference"}, output="image"),
            "tiers": {Tier.LOW: TierNeeds(params={"strength": 0.5})},
            "limits": Limits(run_s=60, cancel_grace_s=20, memory_mb=256),
        }
    )


@pytest.fixture
def images(own: Engine) -> CogImages:
    return CogImages(own, ROOT / "sdk" / "src")


@pytest.fixture
def pool(
    containers: ContainerRuntime, images: CogImages, manifest: Manifest, tmp_path: Path
) -> Iterator[Pool]:
    weights = tmp_path / "weights"
    weights.mkdir()
    assert manifest.cog is not None
    prepared = images.prepare(manifest, manifest.cog, weights, print)
    pool = Pool(containers, lambda _manifest, _on_line, _patience: prepared, owns=False)
    yield pool
    pool.close()


def test_it_conforms(
    containers: ContainerRuntime, images: CogImages, manifest: Manifest, tmp_path: Path
) -> None:
    assert manifest.cog is not None
    (tmp_path / "weights").mkdir()
    prepared = images.prepare(manifest, manifest.cog, tmp_path / "weights", print)
    checks = list(
        examine(manifest, containers, lambda _manifest, _line, _patience: prepared, on_line=print)
    )
    assert {one.name: one.state for one in checks} == {
        "starts": "passed",
        "tiers set known inputs": "passed",
        "reads known inputs": "passed",
        "refuses an unknown input": "passed",
        "refuses a missing input": "passed",
        "refuses a wrong type": "passed",
        "runs": "passed",
        "writes what it declares": "passed",
        "progress only grows": "passed",
        "the same seed makes the same": "passed",
        "stops when it is cancelled": "passed",
        "cannot take more memory": "passed",
        "cannot reach a network": "passed",
        # nobody in the product asks for this task, so nothing is sent to compare with
        "fits toy": "skipped",
    }, [one for one in checks if one.state != "passed"]


def test_files_travel_under_the_names_of_the_task(
    pool: Pool, manifest: Manifest, request_for: MakeRequest
) -> None:
    request = request_for(reference={"path": "ref.png"})
    picture = gradient(200)
    (request.input_dir / "ref.png").write_bytes(picture)
    events: list[CallEvent] = []
    result = pool.call(manifest, request, on_event=events.append)

    (file,) = result.files
    assert (file.name, file.media_type) == ("image", "image/png")
    assert file.path.read_bytes() == picture
    assert [one.line for one in events if one.kind == "log"] == [
        f"looking at a picture of {len(picture)} bytes"
    ]
    assert max(one.fraction for one in events if one.fraction is not None) >= 0.6


def test_a_failed_call_is_told_and_the_model_stays_warm(
    pool: Pool, manifest: Manifest, request_for: MakeRequest
) -> None:
    request = request_for(reference={"path": "a.png"}, mode="fail")
    (request.input_dir / "a.png").write_bytes(gradient())
    with pytest.raises(CallFailed, match="it does not want to") as told:
        pool.call(manifest, request)
    assert (told.value.code, told.value.fault) == ("function_failed", "function")
    (slot,) = pool.snapshot()
    assert slot.state == "idle"


def test_a_crash_that_cog_survives_ends_the_container(
    pool: Pool, manifest: Manifest, request_for: MakeRequest
) -> None:
    request = request_for(reference={"path": "a.png"}, mode="crash")
    (request.input_dir / "a.png").write_bytes(gradient())
    with pytest.raises(CallFailed):
        pool.call(manifest, request)
    assert pool.snapshot() == []

    again = request_for(reference={"path": "a.png"})
    (again.input_dir / "a.png").write_bytes(gradient())
    assert len(pool.call(manifest, again).files) == 1


def test_an_image_that_cannot_be_had(images: CogImages, manifest: Manifest, tmp_path: Path) -> None:
    nowhere = CogImage(image=f"127.0.0.1:9/nobody/model@sha256:{'0' * 64}")
    with pytest.raises(EnvironmentBrokenError, match="The image of Copying cannot be had"):
        images.prepare(manifest, nowhere, tmp_path, print)


def test_without_containers_it_says_so(manifest: Manifest, tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    assert not installation.is_ready(manifest)
    with pytest.raises(EnvironmentBrokenError, match="run in containers only"):
        installation.prepare(manifest, print)
