"""Operational transformation of plain text, in the wire form of ``ot-text-unicode``.

An operation is a list of components that walks over a text from its beginning:

- an integer ``n`` keeps ``n`` characters,
- a string is put in,
- ``{"d": "text"}`` takes this text out, ``{"d": n}`` takes ``n`` characters out.

What follows the last component is kept. Lengths are Unicode code points, as Python counts them.
Rules and names: https://github.com/ottypes/text (npm ``ot-text-unicode`` 4.0.0), which the tests
use as the judge of this module.
"""

from typing import Any, Literal, TypeAlias, TypedDict


class Delete(TypedDict):
    """Takes text out; a string lets it be checked and inverted, a number is only its length."""

    d: int | str


Component: TypeAlias = int | str | Delete
Operation: TypeAlias = list[Component]
Side = Literal["left", "right"]


class OperationError(ValueError):
    """The operation is malformed, or it does not fit the text it is meant for."""


def check(operation: Any) -> Operation:
    """Return ``operation`` if it is well formed; raises OperationError.

    Two skips side by side and a skip at the end are refused, as everywhere in the protocol;
    adjacent inserts or deletes are taken, and ``normalise`` joins them.
    """
    if not isinstance(operation, list):
        raise OperationError("An operation has to be a list.")
    previous: object = None
    for component in operation:
        if isinstance(component, dict):
            if set(component) != {"d"}:
                raise OperationError('A deletion has to be {"d": …} and nothing else.')
            _check_length(component["d"], "A deletion")
        else:
            _check_length(component, "A component")
        if _is_skip(component) and _is_skip(previous):
            raise OperationError("Two skips side by side have to be one.")
        previous = component
    if _is_skip(previous):
        raise OperationError("A skip at the end has no meaning.")
    return operation


def _check_length(value: object, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise OperationError(f"{what} has to be a whole number or a text.")
    if value == "" or (isinstance(value, int) and value <= 0):
        raise OperationError(f"{what} must not be empty.")


def _is_skip(component: object) -> bool:
    return isinstance(component, int)


def length(component: Component) -> int:
    """Return how many characters a component keeps, puts in or takes out."""
    value = component["d"] if isinstance(component, dict) else component
    return value if isinstance(value, int) else len(value)


class _Writer:
    """Collects components and joins what belongs together."""

    def __init__(self) -> None:
        self.operation: Operation = []

    def add(self, component: Component | None) -> None:
        if component is None or length(component) == 0:
            return
        last = self.operation[-1] if self.operation else None
        joined = None if last is None else _joined(last, component)
        if joined is None:
            self.operation.append(component)
        else:
            self.operation[-1] = joined

    def done(self) -> Operation:
        if self.operation and _is_skip(self.operation[-1]):
            self.operation.pop()
        return self.operation


def _joined(first: Component, second: Component) -> Component | None:
    """Return both as one, or None when they are of different kinds.

    A deletion by text and one by number become one by number: the text is not known.
    """
    if isinstance(first, int) and isinstance(second, int):
        return first + second
    if isinstance(first, str) and isinstance(second, str):
        return first + second
    if isinstance(first, dict) and isinstance(second, dict):
        one, other = first["d"], second["d"]
        if isinstance(one, str) and isinstance(other, str):
            return {"d": one + other}
        return {"d": length(first) + length(second)}
    return None


class _Reader:
    """Takes an operation apart; after its end there is an endless skip."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._index = 0
        self._offset = 0

    @property
    def next_is_insert(self) -> bool:
        return self._index < len(self._operation) and isinstance(self._operation[self._index], str)

    def rest(self) -> Component | None:
        """Take what is left of the next component; None at the end."""
        if self._index == len(self._operation):
            return None
        component = self._operation[self._index]
        return self._cut(component, length(component) - self._offset)

    def take(self, count: int, *, whole: Literal["insert", "delete"]) -> Component:
        """Take up to ``count`` characters of the next component; ``whole`` ones stay in one."""
        if self._index == len(self._operation):
            return count
        component = self._operation[self._index]
        left = length(component) - self._offset
        uncut = isinstance(component, str if whole == "insert" else dict)
        return self._cut(component, left if uncut else min(count, left))

    def _cut(self, component: Component, count: int) -> Component:
        start, end = self._offset, self._offset + count
        at_end = end == length(component)
        self._index += at_end
        self._offset = 0 if at_end else end
        if isinstance(component, int):
            return count
        if isinstance(component, str):
            return component[start:end]
        return {"d": part(component["d"], start, end)}


def part(deleted: int | str, start: int, end: int) -> int | str:
    """Return the characters ``start`` to ``end`` of what a deletion takes out."""
    return min(deleted, end) - start if isinstance(deleted, int) else deleted[start:end]


def normalise(operation: Operation) -> Operation:
    """Return the same operation without empty components, joined, without a skip at the end."""
    writer = _Writer()
    for component in operation:
        writer.add(component)
    return writer.done()


def apply(text: str, operation: Operation) -> str:
    """Return ``text`` after ``operation``.

    Raises:
        OperationError: it reaches past the end of the text, or takes out other words than those
            that stand there.
    """
    parts: list[str] = []
    at = 0
    for component in operation:
        if isinstance(component, str):
            parts.append(component)
            continue
        end = at + length(component)
        if end > len(text):
            raise OperationError("The operation is longer than the text.")
        if isinstance(component, int):
            parts.append(text[at:end])
        elif isinstance(component["d"], str) and component["d"] != text[at:end]:
            raise OperationError("The operation takes out what does not stand there.")
        at = end
    parts.append(text[at:])
    return "".join(parts)


def transform(operation: Operation, other: Operation, side: Side) -> Operation:
    """Return ``operation`` as it has to be after ``other``, which was made on the same text.

    Args:
        operation: what is changed.
        other: what happened first.
        side: whose text stands first where both put some in at one place: ``left`` is ours.
    """
    writer, reader = _Writer(), _Reader(operation)
    for component in other:
        if isinstance(component, str):
            if side == "left" and reader.next_is_insert:
                writer.add(reader.rest())
            writer.add(len(component))
            continue
        count = length(component)
        while count > 0:
            chunk = reader.take(count, whole="insert")
            if isinstance(chunk, str):
                writer.add(chunk)
                continue
            count -= length(chunk)
            if isinstance(component, int):
                writer.add(chunk)
    _copy_rest(reader, writer)
    return writer.done()


def compose(first: Operation, second: Operation) -> Operation:
    """Return one operation that does what ``first`` and then ``second`` do."""
    writer, reader = _Writer(), _Reader(first)
    for component in second:
        if isinstance(component, str):
            writer.add(component)
            continue
        count, offset = length(component), 0
        while offset < count:
            chunk = reader.take(count - offset, whole="delete")
            if isinstance(chunk, dict):
                writer.add(chunk)
                continue
            size = length(chunk)
            if isinstance(component, int):
                writer.add(chunk)
            elif isinstance(chunk, int):  # a text that first put in simply disappears
                writer.add({"d": part(component["d"], offset, offset + size)})
            offset += size
    _copy_rest(reader, writer)
    return writer.done()


def _copy_rest(reader: _Reader, writer: _Writer) -> None:
    while (chunk := reader.rest()) is not None:
        writer.add(chunk)


def invert(operation: Operation) -> Operation:
    """Return what undoes ``operation``; raises OperationError for deletions by number."""
    writer = _Writer()
    for component in operation:
        if not isinstance(component, dict):
            writer.add({"d": component} if isinstance(component, str) else component)
        elif isinstance(component["d"], str):
            writer.add(component["d"])
        else:
            raise OperationError("A deletion by number cannot be undone.")
    return writer.done()


def make_invertible(operation: Operation, text: str) -> Operation:
    """Return ``operation`` with its deletions by text, as they are in ``text``."""
    writer = _Writer()
    at = 0
    for component in operation:
        if isinstance(component, str):
            writer.add(component)
            continue
        end = at + length(component)
        writer.add({"d": text[at:end]} if isinstance(component, dict) else component)
        at = end
    return writer.done()


def transform_position(position: int, operation: Operation) -> int:
    """Return where a cursor stands after ``operation``; it stays before text put in at it."""
    at = 0
    for component in operation:
        if position <= at:
            break
        count = length(component)
        if isinstance(component, int):
            at += count
        elif isinstance(component, str):
            at += count
            position += count
        else:
            position -= min(count, position - at)
    return position
