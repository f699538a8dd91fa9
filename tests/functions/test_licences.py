"""Terms are accepted by somebody, once, and can be withdrawn; the record stays."""

from sqlalchemy import select

from onmodel.functions import licences
from onmodel.functions.licence_models import LicenceAcceptance
from onmodel.functions.terms import Terms, restricted
from onmodel.kit.ids import new_id
from tests.support.house import House

NC = Terms(name="CC-BY-NC-4.0", url="https://creativecommons.org/licenses/by-nc/4.0/")
RAIL = Terms(name="OpenRAIL", url="https://example.org/rail")


async def test_an_acceptance_says_who_and_when_and_holds_for_these_terms(house: House) -> None:
    ada = new_id()
    for _ in range(2):
        async with house.resources.database.begin() as uow:
            row = await licences.accept(
                uow, "function", "hair", [RAIL, NC, NC], person_id=ada, person_name="Ada"
            )
            assert (row.accepted_by, row.accepted_by_name) == (ada, "Ada")
            assert row.accepted_at is not None
    async with house.resources.database.begin() as uow:
        accepted = await licences.in_force(uow)
        assert list(accepted) == [restricted("function", "hair", [NC, RAIL])]
        assert restricted("function", "hair", [NC]) not in accepted
        assert restricted("encoder", "hair", [NC, RAIL]) not in accepted


async def test_a_withdrawn_one_is_not_in_force_and_not_forgotten(house: House) -> None:
    ada, bea = new_id(), new_id()
    database = house.resources.database
    async with database.begin() as uow:
        await licences.accept(uow, "encoder", "ccip", [NC], person_id=ada, person_name="Ada")
    async with database.begin() as uow:
        assert await licences.withdraw(uow, "function", "ccip", person_id=bea) == 0
        assert await licences.withdraw(uow, "encoder", "ccip", person_id=bea) == 1
        assert await licences.in_force(uow) == {}
    async with database.begin() as uow:
        await licences.accept(uow, "encoder", "ccip", [NC], person_id=bea, person_name="Bea")
        rows = list(
            await uow.session.scalars(
                select(LicenceAcceptance).order_by(LicenceAcceptance.accepted_at)
            )
        )
        assert [(one.accepted_by_name, one.withdrawn_by) for one in rows] == [
            ("Ada", bea),
            ("Bea", None),
        ]
        assert rows[0].terms == [NC.model_dump()]
