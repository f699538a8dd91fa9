"""Random texts and operations, and the comparison of our transformation with npm's."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from onmodel.text import operations as ot

JUDGE = Path(__file__).with_name("ot_judge.mjs")
# astral, combining, joined families, flags, right to left, invisible, line ends, the last one
ALPHABET = [
    *'abc xyz\n\t"\\',
    *("é", "e\u0301", "\u0300", "\u00a0", "\u2028", "\ufeff", "\x00", "\x7f"),
    *("😀", "👩\u200d👩\u200d👧", "🇩🇰", "𝒳", "\U0010ffff", "אב", "\u202e", "عر", "漢字"),
]
CHUNK = 10_000


def words(random: Random, most: int) -> str:
    """Return up to ``most`` entries of the alphabet."""
    return "".join(random.choices(ALPHABET, k=random.randint(0, most)))


def operation(random: Random, text: str) -> ot.Operation:
    """Return a well-formed operation on ``text``, with deletions of both forms."""
    return ot.normalise(loose(random, text))


def loose(random: Random, text: str) -> ot.Operation:
    """Return an operation as nobody should send it: joined nowhere, with a skip at the end."""
    made: ot.Operation = []
    at = 0
    for _ in range(random.randint(0, 6)):
        left = len(text) - at
        kind = random.random()
        if kind < 0.4:
            made.append(words(random, 3))
            continue
        count = random.randint(0, min(left, 6))
        at += count
        if kind < 0.7:
            made.append(count)
        elif kind < 0.9:
            made.append({"d": text[at - count : at]})
        else:
            made.append({"d": count})
    return [one for one in made if ot.length(one) or isinstance(one, str)]


def case(random: Random) -> dict[str, Any]:
    """Return a text, two operations on it, and one that follows the first."""
    text = words(random, 12)
    a = operation(random, text)
    return {
        "text": text,
        "a": a,
        "b": operation(random, text),
        "c": operation(random, ot.apply(text, a)),
        "loose": loose(random, text),
        "position": random.randint(0, len(text)),
    }


def ours(given: dict[str, Any]) -> list[Any]:
    """Return what the judge answers, made by our own module."""
    text, a, b, position = given["text"], given["a"], given["b"], given["position"]
    left, right = ot.transform(a, b, "left"), ot.transform(b, a, "right")
    return [
        ot.apply(text, a),
        ot.apply(ot.apply(text, a), right),
        left,
        right,
        ot.transform(a, b, "right"),
        ot.transform(b, a, "left"),
        ot.compose(a, given["c"]),
        ot.normalise(given["loose"]),
        ot.invert(ot.make_invertible(a, text)),
        ot.make_invertible(b, text),
        ot.transform_position(position, a),
        ot.transform_position(position, b),
    ]


def line(value: Any) -> str:
    """Return JSON as Node writes it, so that equal answers are equal lines."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def disagreements(random: Random, cases: int) -> Iterator[dict[str, Any]]:
    """Yield each case where npm's answer is another one than ours."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as questions:
        for start in range(0, cases, CHUNK):
            asked = [case(random) for _ in range(min(CHUNK, cases - start))]
            questions.seek(0)
            questions.truncate()
            questions.writelines(f"{line(one)}\n" for one in asked)
            questions.flush()
            questions.seek(0)
            with subprocess.Popen(
                ["node", str(JUDGE)], stdin=questions, stdout=subprocess.PIPE, encoding="utf-8"
            ) as judge:
                answers = (ours(one) for one in asked)
                assert judge.stdout is not None
                mine = [line(answer) for answer in answers]
                theirs = judge.stdout.read().split("\n")
            if judge.returncode or len(theirs) != len(asked) + 1:
                raise RuntimeError("Node did not answer every case; run `npm --prefix web ci`.")
            for given, one, other in zip(asked, mine, theirs[:-1], strict=True):
                if one != other:
                    yield given | {"ours": one, "theirs": other}
