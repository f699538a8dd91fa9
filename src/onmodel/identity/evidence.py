"""What the shipped calibrations were tested on, as ``make bench-identity`` printed it.

``docs/identity.md`` names the collections; a team's own versions bring their evidence with them
(``fitting.py``).
"""

from dataclasses import dataclass

from onmodel.identity.schemas import ReliabilityBin


@dataclass(frozen=True)
class Evidence:
    """How a calibration held for people who took no part in it.

    Attributes:
        pairs: of a damaged and an undamaged picture.
        people: whom they show.
        ece: expected calibration error on people held out, the mean over twenty halvings.
        auc: of all pairs.
        rows: (pairs over all halvings, mean said, was so) of each tenth of the probability.
    """

    pairs: int
    people: int
    ece: float
    auc: float
    rows: tuple[tuple[int, float, float], ...]

    @property
    def reliability(self) -> list[ReliabilityBin]:
        """The rows as the bins that a calibration carries."""
        return [
            ReliabilityBin(
                low=at / 10, high=(at + 1) / 10, pairs=pairs, predicted=said, observed=so
            )
            for at, (pairs, said, so) in enumerate(self.rows)
        ]


EVIDENCE: dict[str, Evidence] = {
    "dlib-resnet-v1": Evidence(
        pairs=132_116,
        people=31,
        ece=0.00624,
        auc=0.999747,
        rows=(
            (489_714, 0.002, 0.001),
            (4_989, 0.143, 0.095),
            (2_374, 0.247, 0.177),
            (1_551, 0.348, 0.311),
            (1_311, 0.447, 0.446),
            (1_043, 0.548, 0.548),
            (1_009, 0.651, 0.636),
            (1_136, 0.754, 0.737),
            (1_634, 0.856, 0.833),
            (148_500, 0.999, 0.997),
        ),
    ),
    "mobilefacenet-v1": Evidence(
        pairs=132_116,
        people=31,
        ece=0.00877,
        auc=0.999425,
        rows=(
            (484_875, 0.004, 0.003),
            (8_347, 0.142, 0.063),
            (3_543, 0.246, 0.120),
            (2_081, 0.347, 0.244),
            (1_359, 0.449, 0.368),
            (1_204, 0.551, 0.490),
            (1_074, 0.652, 0.635),
            (1_120, 0.753, 0.757),
            (1_858, 0.858, 0.877),
            (147_800, 0.998, 0.998),
        ),
    ),
    "mobilenetv2-figure-v1": Evidence(
        pairs=150_720,
        people=30,
        ece=0.01815,
        auc=0.992867,
        rows=(
            (626_005, 0.016, 0.012),
            (29_364, 0.142, 0.213),
            (11_403, 0.245, 0.319),
            (6_765, 0.348, 0.443),
            (4_859, 0.450, 0.513),
            (4_084, 0.552, 0.629),
            (3_886, 0.653, 0.706),
            (4_075, 0.752, 0.792),
            (4_936, 0.856, 0.862),
            (43_597, 0.992, 0.988),
        ),
    ),
}
