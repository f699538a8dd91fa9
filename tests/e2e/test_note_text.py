"""Two people write in the same note at once, in two browsers."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

# no other test leaves notes on this one
LABEL = "Fearful"
TEXT = "- [ ] ears smaller"
HEARD = """async () => {
  const { items } = await (await fetch('/api/v1/inbox')).json();
  return items.filter(({ kind, body }) => kind === 'mention' && body.includes('@Tilda')).length;
}"""
CARET = "(box, at) => { box.focus(); box.setSelectionRange(at, at); }"


async def test_two_write_in_one_note(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    picture = next(one for one in rows if one["label"] == LABEL and one["current"])
    note = house.call(
        "POST",
        f"/variations/{picture['id']}/notes",
        token,
        {"text": TEXT, "mark": {"kind": "point", "at": [0.35, 0.3]}},
    )
    async with windows.open() as ada, windows.open(width=844, height=390, scheme="light") as tilda:
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, tilda, demo.project, name="Tilda Text", username="tilda")
        for page in (ada, tilda):
            await page.goto(
                f"/p/{demo.project}/c/{demo.mara}?look={picture['id']}&note={note['id']}"
            )
            await expect(_note(page, note["id"])).to_be_visible()

        await _who_reads_sees_the_words_change(ada, tilda, note["id"])
        await _both_write_at_once(ada, tilda, note["id"])
        await ada.screenshot(path=shots / "note-text.png")
        await tilda.screenshot(path=shots / "note-text-sideways-light.png")
        await _only_ones_own_is_taken_back(ada, tilda)
        await _offline_and_back(ada, tilda)
        await _a_name_is_called_and_hears_of_it_once(ada, tilda)
        await _a_line_is_ticked_while_the_other_writes(ada, tilda, note["id"])
        await _the_record_names_both(house, token, demo, tilda, note["id"])


async def _who_reads_sees_the_words_change(ada: Page, tilda: Page, note: str) -> None:
    await expect(_note(tilda, note).get_by_role("button", name="Edit")).to_be_hidden()
    await _note(ada, note).get_by_role("button", name="Edit").click()
    await expect(_box(ada)).to_be_editable()
    await _stand(ada, len(TEXT))
    await ada.keyboard.insert_text(", please")
    await expect(_note(tilda, note).get_by_role("checkbox")).to_have_accessible_name(
        "ears smaller, please"
    )
    await ada.get_by_label("Others may write in this note, too").check()
    await _note(tilda, note).get_by_role("button", name="Edit").click()
    await expect(_box(tilda)).to_be_editable()


async def _both_write_at_once(ada: Page, tilda: Page, note: str) -> None:
    await _stand(ada, len("- [ ] ears"))
    await _stand(tilda, len(f"{TEXT}, please"))
    await expect(ada.locator("[data-cursor='Tilda Text']")).to_be_attached()
    for one, other in zip(" much", "\n- [ ]", strict=False):
        await ada.keyboard.insert_text(one)
        await tilda.keyboard.insert_text(other)
    await tilda.keyboard.insert_text("] nose 😀")
    for page in (ada, tilda):
        await expect(_box(page)).to_have_value("- [ ] ears much smaller, please\n- [ ] nose 😀")


async def _only_ones_own_is_taken_back(ada: Page, tilda: Page) -> None:
    await ada.keyboard.press("Control+z")
    for page in (ada, tilda):
        await expect(_box(page)).to_have_value("- [ ] ears smaller, please\n- [ ] nose 😀")


async def _offline_and_back(ada: Page, tilda: Page) -> None:
    await tilda.context.set_offline(True)
    await tilda.keyboard.insert_text(" (offline)")
    await expect(tilda.get_by_text("Kept here until you are back")).to_be_visible()
    await _stand(ada, len("- [ ] "))
    await ada.keyboard.insert_text("both ")
    await tilda.context.set_offline(False)
    both = "- [ ] both ears smaller, please\n- [ ] nose 😀 (offline)"
    for page in (ada, tilda):
        await expect(_box(page)).to_have_value(both)
    await expect(tilda.get_by_text("Kept here until you are back")).to_be_hidden()


async def _a_name_is_called_and_hears_of_it_once(ada: Page, tilda: Page) -> None:
    await ada.keyboard.press("Control+End")
    await ada.keyboard.insert_text(" ")
    await ada.keyboard.type("@Til")
    await expect(ada.get_by_role("option", name="Tilda Text")).to_be_visible()
    await ada.keyboard.press("Enter")
    await expect(_box(tilda)).to_have_value(re.compile("@Tilda Text $"))
    # she looks at it already, so it is no toast: it stands in her inbox
    await tilda.wait_for_function(f"async () => await ({HEARD})() === 1")
    await ada.keyboard.insert_text("thanks")
    await expect(_box(tilda)).to_have_value(re.compile("thanks$"))


async def _a_line_is_ticked_while_the_other_writes(ada: Page, tilda: Page, note: str) -> None:
    await tilda.keyboard.press("Escape")
    await expect(_box(tilda)).to_be_hidden()
    await _note(tilda, note).get_by_role("checkbox", name="both ears").check()
    await expect(_box(ada)).to_have_value(re.compile(r"^- \[x\] both ears"))
    await ada.get_by_role("button", name="Done").click()
    await expect(_note(ada, note).get_by_role("checkbox", name="both ears")).to_be_checked()


async def _the_record_names_both(
    house: House, token: str, demo: Demo, tilda: Page, note: str
) -> None:
    rows = house.call("GET", f"/characters/{demo.mara}/notes", token)
    (found,) = [one for one in rows if one["id"] == note]
    assert found["text"].startswith("- [x] both ears smaller, please\n- [ ] nose 😀 (offline)")
    assert len(found["writers"]) == len(found["mentions"]) == 1
    assert await tilda.evaluate(HEARD) == 1


def _note(page: Page, note: str) -> Locator:
    return page.locator(f"#note-{note}")


def _box(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Words of note"))


async def _stand(page: Page, at: int) -> None:
    """Put the caret before so many UTF-16 units."""
    await _box(page).evaluate(CARET, at)
