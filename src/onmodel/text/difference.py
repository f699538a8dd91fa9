"""What was changed between two texts, as an operation."""

from onmodel.text.matching import opcodes, words
from onmodel.text.operations import Component, Operation, normalise


def difference(before: str, after: str) -> Operation:
    """Return the operation that makes ``after`` of ``before``.

    It is short, not the shortest: what both have in common at the ends is kept, and the middle
    is compared word by word, so that a change of two words far apart leaves what lies between
    alone, which somebody else may be changing.
    """
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old = words(before[head : len(before) - tail])
    new = words(after[head : len(after) - tail])
    operation: Operation = [head]
    for kind, i1, i2, j1, j2 in opcodes(old, new):
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        operation += [len(gone)] if kind == "equal" else _replaced(gone, come)
    return normalise(operation)


def _replaced(old: str, new: str) -> list[Component]:
    return [{"d": old}, new]


def _common(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
