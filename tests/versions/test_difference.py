"""Two states compared part by part, and said in words."""

from uuid import UUID, uuid4

from onmodel.versions import difference, words
from onmodel.versions.snapshot import Facts, KeptAdapter, KeptPicture, KeptReference, Snapshot

FACTS = Facts(
    name="Mara",
    description="",
    trigger_word="mara_om",
    positive_prompt="",
    negative_prompt="",
    importance="lead",
    tier="low",
    tags=[],
    licence="",
    consent="",
    identity_route="auto",
    off_model_below=0.5,
)


def reference(name: str, source: str | None = None) -> KeptReference:
    return KeptReference(id=uuid4(), file_id=uuid4(), name=name, source=source or name)


def shown(key: str) -> KeptPicture:
    return KeptPicture(key=key, id=uuid4(), file_id=uuid4())


def state(
    *references: KeptReference,
    pictures: tuple[KeptPicture, ...] = (),
    base: UUID | None = None,
    adapter: int | None = None,
    facts: Facts = FACTS,
) -> Snapshot:
    return Snapshot(
        facts=facts,
        base=base,
        references=list(references),
        pictures=list(pictures),
        adapter=KeptAdapter(id=UUID(int=adapter), number=adapter) if adapter else None,
        removed=False,
    )


def said(before: Snapshot, after: Snapshot) -> str:
    return words.sentence(difference.between(before, after), [])


def test_equal_states_differ_in_nothing() -> None:
    one = reference("front")
    same = state(one, base=one.id, adapter=1)
    found = difference.between(same, same)
    assert found.parts == []
    assert words.sentence(found, []) == "changed nothing that can be seen"


def test_the_same_file_added_anew_is_the_same_reference() -> None:
    before, after = reference("front", "sha"), reference("front again", "sha")
    found = difference.between(state(before, base=before.id), state(after, base=after.id))
    assert found.parts == []


def test_each_part_has_a_name_and_can_be_chosen_by_itself() -> None:
    gone, come, happy = reference("a"), reference("b"), shown("expression/happy")
    before = state(gone)
    after = state(
        come,
        pictures=(happy,),
        base=come.id,
        adapter=2,
        facts=FACTS.model_copy(update={"name": "Mara Voss"}),
    )
    found = difference.between(before, after)
    assert found.parts == [
        "fact:name",
        f"reference:{gone.id}",
        f"reference:{come.id}",
        "face",
        "picture:expression/happy",
        "model",
    ]
    for part in found.parts:
        assert found.only([part]).parts == [part]
    assert found.only(found.parts) == found
    assert words.things(found) == [
        "the name",
        "2 reference pictures",
        "the chosen face",
        "Happy",
        "the model",
    ]


def test_sentences_name_one_thing_and_count_several() -> None:
    a, b = reference("front.jpg"), reference("side.jpg")
    happy, sad = shown("expression/happy"), shown("expression/sad")
    assert said(state(), state(a)) == "added front.jpg"
    assert said(state(a, b), state()) == "removed 2 pictures"
    assert said(state(a), state(b)) == "added side.jpg and removed front.jpg"
    assert said(state(a), state(a, base=a.id)) == "chose front.jpg as the face"
    assert said(state(a, base=a.id), state(a)) == "left the face open"
    assert said(state(), state(pictures=(happy, sad))) == "put 2 pictures into the sheet"
    assert said(state(pictures=(happy,)), state()) == "took Happy out of the sheet"
    assert said(state(pictures=(happy,)), state(pictures=(shown(happy.key),))) == "replaced Happy"
    assert said(state(adapter=1), state()) == "took the model out of use"


def test_going_back_is_said_as_such() -> None:
    found = difference.between(state(), state(adapter=1))
    whole = {"verb": "went back", "to": 3, "parts": None}
    assert words.sentence(found, [whole]) == "went back to version 3"
    partly = whole | {"parts": ["the name", "the model"]}
    assert words.sentence(found, [partly]) == "took the name and the model back from version 3"
