"""A page with notes stays a page, whatever people write."""

from io import BytesIO

from PIL import Image

from onmodel.notes.drawing import (
    LONGEST_LEGEND_PX,
    LONGEST_NOTE_LINES,
    TALLEST_PX,
    Said,
    Stack,
    Thread,
    draw,
    legend,
)


def picture() -> bytes:
    output = BytesIO()
    Image.new("RGB", (64, 64), "#888888").save(output, "PNG")
    return output.getvalue()


def said(text: str) -> Said:
    return Said("Ada", "#336699", text)


def thread(number: int, text: str, answers: int = 0) -> Thread:
    return Thread(number, said(text), [said("Yes")] * answers, None, False)


def test_a_note_of_many_lines_says_how_many_more_there_are() -> None:
    rows, height = legend("Ada", [thread(1, "a" + "\n" * 3_998 + "b")])
    assert len(rows) == 2 + LONGEST_NOTE_LINES + 1
    assert (
        rows[-1].text == f"… {4_000 - 1 - LONGEST_NOTE_LINES} more lines: see notes.txt in the ZIP"
    )
    assert height < LONGEST_LEGEND_PX


def test_many_notes_and_many_answers_end_with_the_page() -> None:
    long = "\n" * 200 + "end"
    rows, height = legend("Ada", [thread(n, long) for n in range(1, 201)])
    assert rows[-1].text.endswith("more notes: see notes.txt in the ZIP")
    assert height < LONGEST_LEGEND_PX + 3_000
    rows, _ = legend("Ada", [thread(1, "Look", answers=40_000)])
    assert rows[-1].text.endswith("more answers: see notes.txt in the ZIP")
    page = draw(picture(), "Ada", [thread(n, long) for n in range(1, 21)])
    assert page.height < LONGEST_LEGEND_PX + 3_000


def test_a_stack_of_pages_is_no_taller_than_a_picture_may_be() -> None:
    stack = Stack()
    taken = 0
    for _ in range(60):
        taken += 1
        if not stack.add(Image.new("RGB", (8, 6_000))):
            break
    assert taken == 3
    assert stack.whole(of=60).height < TALLEST_PX + 6_000
    assert Stack().add(Image.new("RGB", (8, 8)))
