"""From a distance between faces to two numbers that a person can read.

The constants belong to one encoder and one route; embeddings of different encoders are never
mixed. ``SHIPPED`` comes with the product; a team's own verdicts make further versions
(``fitting.py``).
"""

import math
from dataclasses import dataclass
from typing import Literal

Metric = Literal["euclidean", "cosine"]

ENCODER = "dlib-resnet-v1"

SAME = 0.90
DIFFERENT = 0.10

# of the normal distribution: 1 % of real pairs of one person are nearer than this
COPY_DEVIATIONS = 2.326

_LARGEST_EXPONENT = 700.0  # exp() of more than that is no double


@dataclass(frozen=True)
class Calibration:
    """One encoder's way from distance to probability and percentile.

    Attributes:
        encoder: whose embeddings this is for.
        route: ``photographic`` (faces that two detectors agree on), ``appearance`` or
            ``illustrated``.
        slope: of the logistic, per unit of distance; positive.
        midpoint: the distance at which same and not same are equally likely.
        genuine_mean: mean distance between two real pictures of one person.
        genuine_deviation: standard deviation of the same.
        impostor_rate: share of pairs of different people that pass at ``SAME``.
        basis: a sentence on where this comes from.
        metric: ``euclidean``: length of the difference; ``cosine``: one minus the cosine.
    """

    encoder: str
    route: str
    slope: float
    midpoint: float
    genuine_mean: float
    genuine_deviation: float
    impostor_rate: float
    basis: str
    metric: Metric = "euclidean"

    def p_same(self, distance: float) -> float:
        """Probability that two faces at this distance are one person, at even odds before."""
        exponent = -self.slope * (self.midpoint - distance)
        return 1 / (1 + math.exp(min(max(exponent, -_LARGEST_EXPONENT), _LARGEST_EXPONENT)))

    def distance_at(self, p_same: float) -> float:
        """Return the distance at which the probability is ``p_same`` (above 0, below 1)."""
        return self.midpoint - math.log(p_same / (1 - p_same)) / self.slope

    def fidelity(self, distance: float) -> float:
        """Percentile (0 to 100) among real pictures of one person: how many are farther apart."""
        z = (distance - self.genuine_mean) / self.genuine_deviation
        return 100 * 0.5 * math.erfc(z / math.sqrt(2))

    @property
    def copy_distance(self) -> float:
        """Nearer than this to one reference, a picture is a copy of it rather than a new one.

        Only 1 % of real pairs of one person are this near.
        """
        return self.genuine_mean - COPY_DEVIATIONS * self.genuine_deviation

    def false_accepts(self, distance: float) -> float:
        """Share of strangers who come as near as ``distance``, at most 1.

        Through the measured point (``impostor_rate`` at ``SAME``) the tail falls as the calibrated
        odds say: nine times the odds, a ninth of the strangers.
        """
        odds = self.slope * (distance - self.distance_at(SAME))
        return min(1.0, self.impostor_rate * math.exp(min(odds, _LARGEST_EXPONENT)))

    def distance_for(self, false_accepts: float) -> float:
        """Return the distance within which this share of strangers comes; see ``false_accepts``."""
        return self.distance_at(SAME) + math.log(false_accepts / self.impostor_rate) / self.slope


# Fitted by `make bench-identity` on four public collections (docs/identity.md): 31 people, 132,116
# pairs of a damaged and an undamaged picture, those that the product would judge. The genuine
# distribution counts each collection equally; the strangers' rate is that of the hardest one:
# 7 of 1,690 undamaged pairs, all of the same two look-alikes.
DLIB = Calibration(
    encoder=ENCODER,
    route="photographic",
    slope=59.3,
    midpoint=0.644,
    genuine_mean=0.386,
    genuine_deviation=0.077,
    impostor_rate=0.0044,
    basis=(
        "Calibrated on 132,116 pairs of 31 people under 17 kinds of damage; at 90 % or more, "
        "about 1 in 230 strangers would pass."
    ),
)

# The same pairs. Cosines of one person are skewed, so the normal distribution finds few copies.
MOBILEFACENET = Calibration(
    encoder="mobilefacenet-v1",
    route="photographic",
    slope=26.5,
    midpoint=0.617,
    genuine_mean=0.214,
    genuine_deviation=0.089,
    impostor_rate=0.0056,
    basis=(
        "Calibrated on 132,116 pairs of 31 people under 17 kinds of damage; at 90 % or more, "
        "about 1 in 180 strangers would pass."
    ),
    metric="cosine",
)

# Toys, pets and things of DreamBooth's data set, their figures cut out: 30 subjects.
FIGURE = Calibration(
    encoder="mobilenetv2-figure-v1",
    route="appearance",
    slope=36.8,
    midpoint=0.408,
    genuine_mean=0.207,
    genuine_deviation=0.075,
    impostor_rate=0.0116,
    basis=(
        "Calibrated on 150,720 pairs of 30 toys, pets and things under 5 kinds of damage; at 90 % "
        "or more, about 1 in 86 others would pass."
    ),
    metric="cosine",
)

SHIPPED: dict[str, Calibration] = {one.encoder: one for one in (DLIB, MOBILEFACENET, FIGURE)}
