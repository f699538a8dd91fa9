import numpy as np
import pytest

from onmodel_vision.suppression import merge, overlap


def test_overlap_of_equal_half_and_distant_boxes() -> None:
    box = np.array([0, 0, 2, 2], np.float32)
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]], np.float32)
    np.testing.assert_allclose(overlap(box, others), [1, 1 / 3, 0], atol=1e-6)


def test_overlapping_boxes_become_one_weighted_by_score() -> None:
    values = np.array([[0, 0, 10, 10], [2, 0, 12, 10], [50, 50, 60, 60]], np.float32)
    merged = merge(values, np.array([0.9, 0.3, 0.6], np.float32), threshold=0.3)
    assert [score for _, score in merged] == pytest.approx([0.9, 0.6])
    np.testing.assert_allclose(merged[0][0], [0.5, 0, 10.5, 10], atol=1e-5)


def test_nothing_in_nothing_out() -> None:
    assert merge(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), threshold=0.3) == []
