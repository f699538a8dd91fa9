import numpy as np

from onmodel_vision.anchors import FULL_RANGE, SHORT_RANGE, centres


def test_counts_are_those_of_the_models() -> None:
    assert centres(128, SHORT_RANGE).shape == (896, 2)
    assert centres(192, FULL_RANGE).shape == (2304, 2)


def test_cells_are_centred_and_go_row_by_row() -> None:
    places = centres(192, FULL_RANGE)
    np.testing.assert_allclose(places[0], [0.5 / 48, 0.5 / 48], atol=1e-6)
    np.testing.assert_allclose(places[1], [1.5 / 48, 0.5 / 48], atol=1e-6)
    np.testing.assert_allclose(places.mean(axis=0), [0.5, 0.5], atol=1e-6)
