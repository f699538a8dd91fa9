"""bench-identity: how well the judge tells people apart, on clean and on damaged pictures.

By default on the few people that the pinned packages show. ``make bench-identity PAIRS=some.csv``
takes any other: columns ``file_x,file_y,same`` (1 or 0), paths relative to the file; further
columns with numbers are taken as the distances of other tools and judged beside. Each picture of
``file_x`` and ``file_y`` is damaged in eighteen ways and compared with the other one undamaged.
``DAMAGE=none`` leaves them as they are; ``ENCODER=name`` judges by another encoder,
``ROUTE=appearance`` by the whole figure.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
from support import beside_deepface
from support.figures import table
from support.house import shared_caches
from support.identity_pairs import Corpus, own_set, read_pairs
from support.identity_search import interval_holds, open_set, outliers, rank1

from onmodel.functions.additions import Additions
from onmodel.functions.installation import Installation, Prepared
from onmodel.functions.registry import load
from onmodel.identity import reliability
from onmodel.identity.calibration import ENCODER as DEFAULT
from onmodel.identity.calibration import SAME, SHIPPED, Calibration
from onmodel.identity.catalogue import find
from onmodel.identity.encoders import install
from onmodel.identity.fitting import CannotFitError, Fit, Pair, fit
from onmodel.identity.judge import FUNCTION, Judge, Measured
from onmodel.identity.scoring import distances
from onmodel.settings import Settings

ENCODER = os.environ.get("ENCODER", DEFAULT)
UNKNOWN = Calibration(
    ENCODER, os.environ.get("ROUTE", "photographic"), 20.0, 0.5, 0.3, 0.1, 0.01, "None.", "cosine"
)
"""For an encoder that nobody has calibrated yet: a guess; look at the fit that is printed."""
JUDGED_BY = SHIPPED.get(ENCODER, UNKNOWN)

SUPPORT = Path(__file__).parent / "support"
CLEAN = "clean"
TIMED = 20
ENOUGH_PEOPLE = 8
"""With several pictures each; with fewer, half of them tell little about the other half."""

Shots = dict[tuple[int, str], Measured]


def main() -> None:
    home = shared_caches()
    pairs = os.environ.get("PAIRS")
    corpus = read_pairs(Path(pairs)) if pairs else asyncio.run(own_set(home))
    manifest = load(Settings().functions_dir).get(FUNCTION)
    print(f"{len(corpus.files)} pictures of {len(set(corpus.people))} people")
    with encoder(home), tempfile.TemporaryDirectory(prefix="onmodel-bench-") as folder:
        prepared = Installation(home).prepare(manifest, print)
        shots = measure(damaged(corpus, prepared, Path(folder)), home)
        milliseconds = timed(corpus, prepared)
    rows = compared(corpus, shots)
    line = {"pairs": len(rows), **ranking(rows), **calibrated(rows)}
    line |= searched(corpus, shots) | misses(shots)
    line["ms_per_face"] = milliseconds
    beside(corpus)
    print(json.dumps(line))


@contextmanager
def encoder(home: Path) -> Generator[None]:
    """Have the encoder installed meanwhile, where its licence asks nothing of anybody."""
    if find(ENCODER).builtin:
        yield
        return
    install(ENCODER, home / "weights", accepted=find(ENCODER).commercial)
    try:
        yield
    finally:
        Additions(home / "weights").remove(ENCODER)


def damaged(corpus: Corpus, prepared: Prepared, folder: Path) -> dict[tuple[int, str], Path]:
    """Return the damaged pictures by number and condition."""
    files = [str(one) for one in corpus.files]
    run(prepared, "damage.py", str(folder), *files)
    found: dict[tuple[int, str], Path] = {}
    for path in sorted(folder.iterdir()):
        number, _, condition = path.stem.partition("-")
        found[int(number), condition] = path
    return found


def run(prepared: Prepared, script: str, *words: str) -> str:
    """Run a script in the environment of the function, one thread."""
    command = [str(prepared.python), str(SUPPORT / script), str(prepared.weights), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(pictures: dict[tuple[int, str], Path], home: Path) -> Shots:
    with Judge(home=home, encoder=ENCODER, calibration=JUDGED_BY) as judge:
        found = judge.measure(
            pictures.values(),
            on_progress=lambda done, all_: print(f"\r{done} of {all_} measured", end=""),
        )
    print()
    return dict(zip(pictures, found, strict=True))


def compared(corpus: Corpus, shots: Shots) -> list[tuple[str, Pair]]:
    """Return (condition, pair) of every comparison in which both sides can be judged."""
    rows: list[tuple[str, Pair]] = []
    usable = judged(shots)
    conditions = sorted({condition for _, condition in shots})
    for x, y, same in corpus.pairs:
        for condition in conditions:
            turns = [(x, y)] if condition == CLEAN else [(x, y), (y, x)]
            for one, other in turns:
                if (one, condition) in usable and (other, CLEAN) in usable:
                    vectors = usable[one, condition], usable[other, CLEAN][None]
                    distance = float(distances(*vectors, JUDGED_BY.metric)[0])
                    people = corpus.people[one], corpus.people[other]
                    rows.append((condition, Pair(distance, same, *people)))
    return rows


def judged(shots: Shots) -> dict[tuple[int, str], np.ndarray]:
    """Return the vectors of the pictures that the product would judge."""
    judge = Judge(encoder=ENCODER, calibration=JUDGED_BY)
    found = {key: judge.vector(one) for key, one in shots.items()}
    return {key: vector for key, vector in found.items() if vector is not None}


def columns(rows: list[tuple[str, Pair]]) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([pair.distance for _, pair in rows]),
        np.array([pair.same for _, pair in rows], bool),
    )


def ranking(rows: list[tuple[str, Pair]]) -> dict[str, float]:
    lines: list[list[object]] = []
    for condition in sorted({condition for condition, _ in rows}):
        apart, same = columns([row for row in rows if row[0] == condition])
        found = reliability.errors(apart, same)
        said = [JUDGED_BY.p_same(float(one)) for one in apart]
        figures = (found.auc, found.eer, found.tar_at_far_1pct, reliability.ece(said, same))
        lines.append([condition, found.pairs, *(f"{one:.4f}" for one in figures)])
    print(table(["condition", "pairs", "AUC", "EER", "TAR at 1 %", "ECE"], lines))
    apart, same = columns(rows)
    found = reliability.errors(apart, same)
    real(rows)
    people = [pair.one for _, pair in rows]
    sample = np.random.default_rng(0).permutation(len(rows))[:20000]
    low, high = reliability.bootstrap(
        lambda at: reliability.auc(apart[sample][at], same[sample][at]),
        [people[at] for at in sample],
    )
    print(f"AUC {found.auc:.5f}, over other draws of people {low:.5f} to {high:.5f}")
    return {
        "auc": round(found.auc, 6),
        "eer": round(found.eer, 5),
        "tar_at_far_1pct": round(found.tar_at_far_1pct, 4),
        "tar_at_far_01pct": round(found.tar_at_far_01pct, 4),
    }


def real(rows: list[tuple[str, Pair]]) -> None:
    """Print how far undamaged pictures of one person are apart, and which strangers pass."""
    clean = [pair for condition, pair in rows if condition == CLEAN]
    own = np.array([pair.distance for pair in clean if pair.same])
    others = [pair for pair in clean if not pair.same]
    passed = [pair for pair in others if pair.distance <= JUDGED_BY.distance_at(SAME)]
    who = {frozenset((pair.one, pair.other)) for pair in passed}
    print(
        f"undamaged: pairs of one person {own.mean():.3f} apart, deviation {own.std():.3f}; of "
        f"{len(others)} pairs of two, {len(passed)} pass at {SAME}, of {len(who)} different two"
    )


def calibrated(rows: list[tuple[str, Pair]]) -> dict[str, object]:
    """Return the error of a calibration fitted on half of the people for the other half.

    Where people are too few for that, the shipped calibration is tested; none of the default
    set's people took part in it.
    """
    apart, same = columns(rows)
    said = [JUDGED_BY.p_same(float(one)) for one in apart]
    shipped = reliability.ece(said, same)
    known = {pair.one for _, pair in rows if pair.same}
    found = fitted(rows) if len(known) >= ENOUGH_PEOPLE else None
    bins = found.reliability if found else reliability.reliability(said, same)
    lines = [
        [f"{b.low:.1f} to {b.high:.1f}", b.pairs, f"{b.predicted:.3f}", f"{b.observed:.3f}"]
        for b in bins
    ]
    print(table(["said", "pairs", "mean said", "was so"], lines))
    if found is None or found.ece is None:
        return {"ece": round(shipped, 5), "ece_of": "shipped", "ece_shipped": round(shipped, 5)}
    print(json.dumps(asdict(found.calibration)))
    return {
        "ece": round(found.ece, 5),
        "ece_of": f"people held out, {found.splits} halvings",
        "ece_shipped": round(shipped, 5),
    }


def fitted(rows: list[tuple[str, Pair]]) -> Fit | None:
    try:
        return fit(
            [pair for _, pair in rows],
            encoder=ENCODER,
            route=JUDGED_BY.route,
            metric=JUDGED_BY.metric,
            clean=[pair for condition, pair in rows if condition == CLEAN],
        )
    except CannotFitError as error:
        print(f"No calibration of their own: {error}")
        return None


def searched(corpus: Corpus, shots: Shots) -> dict[str, object]:
    """Return rank-1 over undamaged pictures, and the open set over all."""
    vectors = judged(shots)
    clean = [(at, vector) for (at, condition), vector in vectors.items() if condition == CLEAN]
    people = [corpus.people[at] for at, _ in clean]
    gallery = np.stack([vector for _, vector in clean])
    probes = [(corpus.people[at], vector, at) for (at, _), vector in vectors.items()]
    return {
        "rank1": {f"k{k}": rank1(gallery, people, k, JUDGED_BY.metric) for k in (1, 3, 5)},
        "open_set": open_set(dict(clean), corpus.people, probes, JUDGED_BY),
        "interval_holds": {
            f"k{k}": interval_holds(dict(clean), corpus.people, k, JUDGED_BY) for k in (1, 3, 5)
        },
        "called_somebody_else": outliers(dict(clean), corpus.people, JUDGED_BY),
    }


def misses(shots: Shots) -> dict[str, object]:
    """Return how many pictures could not be judged, and print why."""
    usable = judged(shots)
    refused = {key: one.reason or "no_figure" for key, one in shots.items() if key not in usable}
    reasons = Counter((condition, reason) for (_, condition), reason in refused.items())
    if reasons:
        lines = [[*key, number] for key, number in sorted(reasons.items())]
        print(table(["condition", "not measurable", "pictures"], lines))
    return {
        "not_measurable": len(refused),
        "not_measurable_clean": sum(condition == CLEAN for _, condition in refused),
        "pictures": len(shots),
    }


def timed(corpus: Corpus, prepared: Prepared) -> dict[str, float]:
    files = [str(one) for one in corpus.files[:: max(1, len(corpus.files) // TIMED)][:TIMED]]
    return json.loads(run(prepared, "timing.py", *files).splitlines()[-1])


def measured_by_deepface(corpus: Corpus) -> None:
    """Print what DeepFace from PyPI says of the same undamaged pairs, model by model.

    Where it finds no face there is no distance: such pairs count as missed, and are named.
    """
    lines: list[list[object]] = []
    for model in beside_deepface.present():
        pairs = [(x, y) for x, y, _ in corpus.pairs]
        found = beside_deepface.ask(model, corpus.files, pairs)
        if found is None:
            return
        seen = [
            (d, same) for d, (_, _, same) in zip(found, corpus.pairs, strict=True) if d is not None
        ]
        rates = reliability.errors([d for d, _ in seen], [same for _, same in seen])
        figures = (f"{one:.4f}" for one in (rates.auc, rates.eer, rates.tar_at_far_1pct))
        lines.append([model, len(seen), len(found) - len(seen), *figures])
    if lines:
        print("DeepFace from PyPI, run here with its default detector, undamaged pictures:")
        print(table(["model", "pairs", "no face", "AUC", "EER", "TAR at 1 %"], lines))
    else:
        print("DeepFace was not run: none of its weights are on this machine.")


DEEPFACE_PUBLISHED = (
    ("Facenet512, best setting", "98.4"),
    ("Dlib, best setting", "96.8"),
    ("VGG-Face, best setting", "96.7"),
    ("ArcFace, best setting", "96.7"),
    ("VGG-Face with DeepFace's defaults", "87.2"),
    ("ArcFace with the opencv detector", "84.6"),
)


def beside(corpus: Corpus) -> None:
    """Print what other tools said of the same pairs, and what DeepFace publishes."""
    if corpus.others:
        same = [one for _, _, one in corpus.pairs]
        lines = [
            [name, f"{found.auc:.4f}", f"{found.eer:.4f}", f"{found.tar_at_far_1pct:.3f}"]
            for name, values in corpus.others.items()
            for found in [reliability.errors(values, same)]
        ]
        print("Distances that came with the pairs, undamaged pictures only:")
        print(table(["tool", "AUC", "EER", "TAR at 1 %"], lines))
    measured_by_deepface(corpus)
    print("DeepFace, published by its authors, accuracy on LFW (another set; not measured here):")
    print(table(["model", "%"], DEEPFACE_PUBLISHED))


if __name__ == "__main__":
    main()
    sys.exit(0)
