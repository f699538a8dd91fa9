"""Any two versions compared: facts, words, pictures with their scores, models."""

from tests.review import cast
from tests.support.house import House
from tests.versions.look import versions


async def test_two_versions_are_compared_field_by_field_and_word_by_word(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada), description="A quiet smuggler.")
    path = f"/characters/{mara['id']}"
    await ada.patch(path, {"version": 1, "description": "A loud smuggler.", "tags": ["crew"]})
    found = await ada.get(f"{path}/versions/2/difference?since=1")
    assert (found["before"]["number"], found["after"]["number"]) == (1, 2)
    description, tags = found["facts"]
    assert [(one["kind"], one["text"]) for one in description["words"]] == [
        ("same", "A "),
        ("removed", "quiet "),
        ("added", "loud "),
        ("same", "smuggler."),
    ]
    assert (tags["label"], tags["before"], tags["after"], tags["words"]) == (
        "tags",
        [],
        ["crew"],
        None,
    )
    back = await ada.get(f"{path}/versions/1/difference?since=2")
    assert (back["facts"][0]["before"], back["facts"][0]["after"]) == (
        "A loud smuggler.",
        "A quiet smuggler.",
    )


async def test_pictures_are_compared_with_their_scores_before_and_after(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    good = await cast.drawn(house, ada, mara["id"], "expression/happy")
    since = (await versions(ada, mara["id"]))[0]["number"]
    bad = await ada.post(f"/variations/{good['id']}/regenerate", {}, status=202)
    await cast.finish(house, bad["id"], who=2, number=60)
    await ada.post(f"/variations/{bad['id']}/confirm")
    found = await ada.get(f"/characters/{mara['id']}/versions/{since + 1}/difference?since={since}")
    (changed,) = found["pictures"]
    assert (changed["label"], changed["part"]) == ("Happy", "picture:expression/happy")
    assert changed["before"]["variation"]["id"] == good["id"]
    assert changed["before"]["variation"]["p_same"] > 0.9
    assert changed["after"]["variation"]["p_same"] < 0.1
    assert found["scores_before"]["p_same_mean"] > 0.9
    assert found["scores_after"] == {
        "pictures": 1,
        "measured": 1,
        "p_same_mean": changed["after"]["variation"]["p_same"],
        "p_same_lowest": changed["after"]["variation"]["p_same"],
    }


async def test_models_are_compared_by_hash_settings_and_report(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), references=5)
    path = f"/characters/{mara['id']}"
    numbers: list[int] = []
    for number in (1, 2):
        job = await ada.post(f"{path}/train", {}, status=202)
        profile = await house.store(b"%d" % number, output="profile", media_type="application/json")
        await house.answer(
            job["id"],
            values={"report": {"spread": number}},
            files=[profile],
            function="identity-profile",
        )
        numbers.append((await versions(ada, mara["id"]))[0]["number"])
    found = await ada.get(f"{path}/versions/{numbers[1]}/difference?since={numbers[0]}")
    before, after = found["adapter"]["before"], found["adapter"]["after"]
    assert (before["number"], after["number"]) == (1, 2)
    assert before["sha256"] != after["sha256"]
    assert (before["summary"], after["summary"]) == ({"spread": 1}, {"spread": 2})
    assert after["settings"] == {
        "asked quality": "low",
        "used quality": "low",
        "reference pictures": 5,
    }
