import pytest
from onmodel_function import InvalidInput

from onmodel_puppet import keys, lights, plan


def test_twenty_three_keys_are_played() -> None:
    assert len(keys.SUPPORTED) == 23
    assert str(keys.parse("expression/happy")) == "expression/happy"
    assert keys.parse("angle/half_left").name == "half_left"


def test_every_key_has_its_data() -> None:
    assert set(plan.load_expressions()) == set(keys.EXPRESSIONS)
    assert set(lights.load()) == set(keys.LIGHTS)


@pytest.mark.parametrize("key", sorted(keys.REFUSED))
def test_what_a_puppet_cannot_do_is_refused_with_a_way_out(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        keys.parse(key)
    assert refusal.value.code == "cannot_do"
    assert "GPU worker" in refusal.value.message


@pytest.mark.parametrize("key", ["", "happy", "expression/", "expression/smug", "light/noir"])
def test_unknown_keys_name_the_known_ones(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        keys.parse(key)
    assert refusal.value.code == "unknown_key"
    assert "expression/happy" in refusal.value.message
