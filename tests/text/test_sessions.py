"""Sessions of two to eight writers end with one text, and with every change that was confirmed.

Their texts are descriptions, notes and comments in turn.
"""

from bench.support.text_sessions import run_sessions, server


async def test_all_converge_and_nothing_confirmed_is_lost(database_url: str) -> None:
    async with server(database_url) as running:
        outcomes = await run_sessions(running, range(9), turns=60)
        assert running.restarts > 0
    assert [(one.diverged, one.lost) for one in outcomes] == [(0, 0)] * 9
    assert sum(one.changes for one in outcomes) > 50
