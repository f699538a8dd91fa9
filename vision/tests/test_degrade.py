import numpy as np
import pytest

from onmodel_vision import degrade
from onmodel_vision.arrays import Image
from onmodel_vision.measure import Measurer


@pytest.mark.parametrize("name", degrade.NAMES)
def test_every_degradation_repeats_and_does_something(
    measurer: Measurer, astronaut: Image, name: str
) -> None:
    mesh = measurer.finder.find(astronaut)[0].mesh
    before = astronaut.copy()
    first = degrade.apply(name, astronaut, mesh, seed=3)
    np.testing.assert_array_equal(first, degrade.apply(name, astronaut, mesh, seed=3))
    np.testing.assert_array_equal(astronaut, before)
    assert first.dtype == np.uint8
    assert first.shape != astronaut.shape or (first != astronaut).any()


def test_the_seed_decides_what_is_random(measurer: Measurer, astronaut: Image) -> None:
    mesh = measurer.finder.find(astronaut)[0].mesh
    one, other = (degrade.apply("noise", astronaut, mesh, seed=seed) for seed in (1, 2))
    assert (one != other).any()


@pytest.mark.parametrize("name", ["jpeg_30", "noise", "grey", "hue", "roll", "mirror", "small_40"])
def test_mild_damage_keeps_the_person(measurer: Measurer, astronaut: Image, name: str) -> None:
    original = measurer.measure(astronaut).main
    assert original is not None
    damaged = degrade.apply(name, astronaut, original.face.mesh)
    found = measurer.measure(damaged).main
    assert found is not None
    assert float(np.linalg.norm(found.embedding - original.embedding)) < 0.6


def test_covering_is_noticed(measurer: Measurer, astronaut: Image) -> None:
    mesh = measurer.finder.find(astronaut)[0].mesh
    reason = measurer.measure(degrade.apply("mask", astronaut, mesh)).reason
    assert reason in ("covered", "no_face")
