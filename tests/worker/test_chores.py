"""What the house does by the clock is done in the Producer's process."""

from dulwich.repo import Repo

from onmodel.worker.chores import chores
from tests.support.house import House


async def test_edits_reach_git_and_every_step_can_be_taken(house: House) -> None:
    ada = await house.person("ada")
    await house.character(ada, await house.project(ada))
    steps = {name: step for one in chores(house.resources) for name, step in one.steps.items()}
    assert set(steps) == {"texts", "deadlines", "reminders", "projects"}
    for step in steps.values():
        await step()
    [git] = house.resources.settings.workspace.rglob(".git")
    with Repo(str(git.parent)) as opened:
        told = [entry.commit.message.decode() for entry in opened.get_walker()]
    assert any("Mara" in message for message in told)
