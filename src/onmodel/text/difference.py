"""What was changed between two texts, as an operation."""

from difflib import SequenceMatcher

from onmodel.text.operations import Component, Operation, normalise

# difflib compares every character with every other; above this one change is assumed
MAX_COMPARED = 4_000


def difference(before: str, after: str) -> Operation:
    """Return the operation that makes ``after`` of ``before``.

    It is short, not the shortest: what both have in common at the ends is kept, and the middle
    is compared word by word, so that a change of two words far apart leaves what lies between
    alone, which somebody else may be changing.
    """
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    operation: Operation = [head]
    if max(len(old), len(new)) > MAX_COMPARED:
        return normalise([*operation, *_replaced(old, new)])
    old_words, new_words = _words(old), _words(new)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = "".join(old_words[i1:i2]), "".join(new_words[j1:j2])
        operation += [len(gone)] if tag == "equal" else _replaced(gone, come)
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


def _words(text: str) -> list[str]:
    """Split into words and what stands between them, so that joining gives ``text`` again."""
    words: list[str] = []
    for character in text:
        if words and character.isalnum() and words[-1][-1].isalnum():
            words[-1] += character
        else:
            words.append(character)
    return words
