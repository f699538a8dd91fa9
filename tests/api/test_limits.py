"""Bodies that are too long."""

from collections.abc import AsyncGenerator

from tests.support.house import House


async def _form(megabytes: int) -> AsyncGenerator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n\r\n'
    for _ in range(megabytes):
        yield b"x" * (1 << 20)
    yield b"\r\n--b--\r\n"


async def test_a_long_body_that_was_not_announced_is_too_large(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    answer = await ada.api.post(
        f"/api/v1/characters/{character['id']}/references",
        content=_form(34),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
