"""Several machines that begin at once bring one database up to date."""

import asyncio
import subprocess
import sys

import asyncpg

from onmodel.cli import migrations


async def test_two_that_migrate_at_once_do_it_once(empty_database_url: str) -> None:
    code = "import sys; from onmodel.cli.migrations import upgrade; upgrade(sys.argv[1])"
    pair = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", code, empty_database_url, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    ended = await asyncio.gather(*(process.communicate() for process in pair))
    assert [process.returncode for process in pair] == [0, 0, 0], ended
    connection = await asyncpg.connect(empty_database_url.replace("+asyncpg", ""))
    try:
        assert await connection.fetch("SELECT version_num FROM alembic_version") == [
            (migrations.head(),)
        ]
    finally:
        await connection.close()
