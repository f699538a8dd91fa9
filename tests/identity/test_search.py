"""Pictures like a character or a picture, in every project that the person may see."""

from uuid import UUID

from sqlalchemy import text

from onmodel.identity import repository, search
from onmodel.identity.models import Encoder
from tests.support.faces import face, report
from tests.support.house import House, Person
from tests.support.likeness import FIGURES, drawing, install_figures
from tests.support.pictures_of import drawn, judged, person_with_face


async def _similar(person: Person, path: str) -> list[str]:
    return [picture["id"] for picture in (await person.get(path))["pictures"]]


async def test_the_nearest_come_first_and_the_pattern_is_left_out(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    bea = await person_with_face(house, ada, project_id, who=2, name="Bea")
    own = await judged(house, ada, mara, key="expression/happy", seed=900, **report(face(1, 900)))
    found = await ada.get(f"/characters/{mara['id']}/similar")
    assert (found["route"], found["encoder"]) == ("photographic", "dlib-resnet-v1")
    first, *rest = found["pictures"]
    assert (first["id"], first["kind"], first["label"]) == (own, "variation", "Happy")
    assert first["p_same"] > 0.9
    assert first["character_name"] == "Mara"
    assert {picture["character_id"] for picture in rest} == {bea["id"]}
    assert all(picture["p_same"] < 0.1 for picture in rest)
    apart = [picture["distance"] for picture in found["pictures"]]
    assert apart == sorted(apart)
    assert own not in await _similar(ada, f"/characters/{mara['id']}/similar?others=true")


async def test_a_picture_finds_its_likes(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    await person_with_face(house, ada, project_id, who=2, name="Bea")
    id_ = await judged(house, ada, mara, key="expression/happy", seed=900, **report(face(1, 900)))
    references = {row["id"] for row in await ada.get(f"/characters/{mara['id']}/references")}
    assert set(await _similar(ada, f"/variations/{id_}/similar?limit=3")) == references
    one = sorted(references)[0]
    assert set(await _similar(ada, f"/references/{one}/similar?limit=3")) == (
        references - {one} | {id_}
    )


async def test_nobody_sees_into_projects_of_others(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    root = await house.person("root", admin=True)
    hers = await person_with_face(house, ada, await house.project(ada), who=1)
    his_project = await house.project(bob, "Bob's own")
    his = await person_with_face(house, bob, his_project, who=1, name="Double")
    assert await _similar(ada, f"/characters/{hers['id']}/similar") == []
    assert len(await _similar(root, f"/characters/{hers['id']}/similar")) == 3
    assert (await ada.get(f"/characters/{his['id']}/similar", status=404))["code"] == (
        "character_not_found"
    )
    (reference, *_) = await bob.get(f"/characters/{his['id']}/references")
    hidden = await ada.get(f"/references/{reference['id']}/similar", status=404)
    assert hidden["code"] == "reference_not_found"
    await bob.put(f"/projects/{his_project}/members/{ada.id}", {"role": "viewer"})
    assert len(await _similar(ada, f"/characters/{hers['id']}/similar")) == 3


async def test_what_was_removed_is_not_found(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    bea = await person_with_face(house, ada, project_id, who=2, name="Bea")
    (gone, *_) = await ada.get(f"/characters/{bea['id']}/references")
    await ada.delete(f"/references/{gone['id']}")
    found = await _similar(ada, f"/characters/{mara['id']}/similar")
    assert len(found) == 2
    assert gone["id"] not in found
    await ada.delete(f"/characters/{bea['id']}")
    assert await _similar(ada, f"/characters/{mara['id']}/similar") == []


async def test_drawn_characters_are_compared_by_figure_and_never_with_faces(house: House) -> None:
    await install_figures(house.resources.database)
    ada = await house.person("ada")
    project_id = await house.project(ada)
    fox = await drawn(house, ada, project_id, who=1)
    await person_with_face(house, ada, project_id, who=2)
    id_ = await judged(house, ada, fox, key="expression/happy", seed=900, **drawing(1, 900))
    found = await ada.get(f"/characters/{fox['id']}/similar")
    assert (found["route"], found["encoder"]) == ("appearance", FIGURES.name)
    assert [picture["id"] for picture in found["pictures"]] == [id_]


async def test_without_anything_measured_there_is_nothing_to_compare(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    problem = await ada.get(f"/characters/{character['id']}/similar", status=409)
    assert problem["code"] == "not_measured"


async def test_the_index_is_used_and_agrees_with_the_exact_order(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    for who in range(2, 6):
        await person_with_face(house, ada, project_id, who=who, name=f"No. {who}")
    async with house.resources.database.begin() as uow:
        known = await uow.session.get(Encoder, "dlib-resnet-v1")
        assert known is not None
        samples = await repository.reference_vectors(uow, UUID(mara["id"]), known.name)
        wish = search.Wish(
            subject_ids=[sample.reference_id for sample in samples],
            not_of=None,
            projects=[UUID(project_id)],
            limit=10,
        )
        await uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        await uow.session.execute(text("SET LOCAL enable_sort = off"))
        plan = await search.explain(uow, known, wish)
        found = await search.nearest(uow, known, wish)
        exact = await search.nearest(uow, known, wish, exactly=True)
    assert "nearest_dlib_resnet_v1" in plan
    assert [row.subject_id for row in found] == [row.subject_id for row in exact]
    assert len(found) == 10
