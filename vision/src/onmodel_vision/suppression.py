"""Weighted non-maximum suppression: overlapping findings become one, averaged by their scores."""

import numpy as np

from onmodel_vision.arrays import Floats


def overlap(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box (4,) with others (n, 4); boxes are x0, y0, x1, y1."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    union = np.prod(box[2:] - box[:2]) + areas - shared
    return (shared / np.maximum(union, 1e-9)).astype(np.float32)


def merge(values: Floats, scores: Floats, *, threshold: float) -> list[tuple[Floats, float]]:
    """Merge rows whose boxes overlap more than `threshold`, best score first.

    `values` is (n, 4 + k): the box, then anything that should be averaged with it.
    """
    merged: list[tuple[Floats, float]] = []
    left = np.argsort(-scores, kind="stable")
    while left.size:
        best = left[0]
        near = overlap(values[best, :4], values[left, :4]) > threshold
        near[0] = True
        group = left[near]
        weights = scores[group, None]
        mean = (values[group] * weights).sum(axis=0) / weights.sum()
        merged.append((mean.astype(np.float32), float(scores[best])))
        left = left[~near]
    return merged
