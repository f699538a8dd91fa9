"""Lines of a note that can be ticked off."""

from onmodel.notes.checklist import tick

LIST = "Before Friday:\n- [ ] hair darker\n- [x] scar\nand\n* [ ] ears"


def test_one_line_is_ticked_and_opened_again() -> None:
    ticked = tick(LIST, 2, done=True)
    assert ticked == LIST.replace("* [ ] ears", "* [x] ears")
    assert tick(ticked or "", 2, done=False) == LIST
    assert tick(LIST, 1, done=False) == LIST.replace("[x] scar", "[ ] scar")


def test_the_line_that_was_seen_is_found_where_it_is_now() -> None:
    assert tick(LIST, 0, done=True, line="ears") == LIST.replace("* [ ] ears", "* [x] ears")
    assert tick(LIST, 0, done=True, line="nose") is None
    twice = "- [ ] a\n- [ ] a\n- [ ] a"
    assert tick(twice, 1, done=True, line="a") == "- [ ] a\n- [x] a\n- [ ] a"


def test_a_line_that_is_not_there() -> None:
    assert tick(LIST, 3, done=True) is None
    assert tick(LIST, -1, done=True) is None
    assert tick("no list, just [ ] brackets", 0, done=True) is None
