"""Signing in, links, tokens, people and teams."""

import asyncio

from onmodel.accounts import repository, service
from tests.support.house import House


async def _link(house: House, username: str) -> str:
    async with house.resources.database.begin() as uow:
        user = await repository.find_by_username(uow, username)
        assert user is not None
        token, _ = await service.create_sign_in_link(uow, user.id, minutes=60)
    return token


async def test_a_link_signs_in_once_and_sets_a_cookie_that_scripts_cannot_read(
    house: House,
) -> None:
    await house.person("ada", admin=True)
    token = await _link(house, "ada")
    async with house.client() as browser:
        first = await browser.post(f"/api/v1/auth/link?token={token}")
        assert first.status_code == 200
        assert "HttpOnly" in first.headers["set-cookie"]
        assert "SameSite=lax" in first.headers["set-cookie"]
        assert (await browser.get("/api/v1/me")).json()["username"] == "ada"
    async with house.client() as other:
        again = await other.post(f"/api/v1/auth/link?token={token}")
    assert again.status_code == 410
    assert again.json()["code"] == "link_expired"
    assert again.headers["content-type"] == "application/problem+json"
    assert "try" in again.json()


async def test_a_mail_program_that_opens_the_link_does_not_use_it_up(house: House) -> None:
    await house.person("ada", admin=True)
    token = await _link(house, "ada")
    async with house.client() as client:
        looked = await client.get(f"/api/v1/auth/link?token={token}")
        assert looked.status_code == 303
        assert (await client.post(f"/api/v1/auth/link?token={token}")).status_code == 200


async def test_a_password_signs_in_by_form_and_by_token(house: House) -> None:
    ada = await house.person("ada", admin=True)
    await ada.patch("/me", {"password": "correct horse battery"})
    async with house.client() as client:
        wrong = await client.post(
            "/api/v1/auth/sign-in", json={"username": "ada", "password": "something else"}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_password")
        token = await client.post(
            "/api/v1/auth/token", data={"username": "ADA", "password": "correct horse battery"}
        )
        assert token.json()["token_type"] == "bearer"
        bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
        assert (await client.get("/api/v1/me", headers=bearer)).status_code == 200


async def test_guessing_is_slowed_down(house: House) -> None:
    await house.person("ada", admin=True)
    async with house.client() as client:
        answers = [
            await client.post(
                "/api/v1/auth/sign-in", json={"username": "ada", "password": f"guess {n}"}
            )
            for n in range(11)
        ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "60"


async def test_a_cookie_from_another_site_changes_nothing(house: House) -> None:
    await house.person("ada", admin=True)
    token = await _link(house, "ada")
    async with house.client() as browser:
        await browser.post(f"/api/v1/auth/link?token={token}")
        bare = await browser.post("/api/v1/projects", json={"title": "X"})
        assert (bare.status_code, bare.json()["code"]) == (403, "cross_site_request")
        foreign = await browser.post(
            "/api/v1/projects",
            json={"title": "X"},
            headers={"X-OnModel": "1", "Origin": "https://evil.example"},
        )
        assert foreign.status_code == 403
        for origin in ("null", "http://[", "https://"):
            odd = await browser.post(
                "/api/v1/projects",
                json={"title": "X"},
                headers={"X-OnModel": "1", "Origin": origin},
            )
            assert odd.status_code == 403
        own = await browser.post(
            "/api/v1/projects", json={"title": "X"}, headers={"X-OnModel": "1"}
        )
        assert own.status_code == 201


async def test_a_new_password_ends_other_sessions(house: House) -> None:
    await house.person("ada", admin=True)
    first, second = await _link(house, "ada"), await _link(house, "ada")
    own_page = {"X-OnModel": "1"}
    async with (
        house.client(own_page) as one,
        house.client(own_page) as other,
    ):
        await one.post(f"/api/v1/auth/link?token={first}")
        await other.post(f"/api/v1/auth/link?token={second}")
        assert len((await one.get("/api/v1/me/sessions")).json()) == 2
        changed = await one.patch("/api/v1/me", json={"password": "a long new password"})
        assert changed.status_code == 200
        assert (await one.get("/api/v1/me")).status_code == 200
        assert (await other.get("/api/v1/me")).status_code == 401


async def test_a_short_password_is_refused_with_advice(house: House) -> None:
    ada = await house.person("ada", admin=True)
    problem = await ada.patch("/me", {"password": "short"}, status=422)
    assert problem["code"] == "weak_password"
    assert "ten characters" in problem["try"]


async def test_tokens_are_shown_once_and_can_be_taken_back(house: House) -> None:
    ada = await house.person("ada", admin=True)
    created = await ada.post("/me/tokens", {"name": "render farm"}, status=201)
    listed = await ada.get("/me/tokens")
    assert created["token"] not in str(listed)
    assert created["token"].startswith(created["prefix"])
    bearer = {"Authorization": f"Bearer {created['token']}"}
    async with house.client(bearer) as script:
        assert (await script.get("/api/v1/me")).status_code == 200
        await ada.delete(f"/me/tokens/{created['id']}", status=204)
        assert (await script.get("/api/v1/me")).status_code == 401


async def test_administrators_invite_and_the_last_one_stays(house: House) -> None:
    ada = await house.person("ada", admin=True)
    bob = await house.person("bob")
    assert (await bob.get("/users", status=403))["code"] == "administrators_only"
    invited = await ada.post("/users", {"username": "cleo", "name": "Cleo"}, status=201)
    assert "/link#" in invited["link"]
    taken = await ada.post("/users", {"username": "CLEO", "name": "Other"}, status=409)
    assert taken["code"] == "username_taken"
    last = await ada.patch(f"/users/{ada.id}", {"is_admin": False}, status=409)
    assert last["code"] == "last_administrator"


async def test_teams_have_members(house: House) -> None:
    ada = await house.person("ada", admin=True)
    bob = await house.person("bob")
    team = await ada.post("/teams", {"name": "Animation"}, status=201)
    await ada.put(f"/teams/{team['id']}/members/{bob.id}", None, status=204)
    (listed,) = await bob.get("/teams")
    assert [member["username"] for member in listed["members"]] == ["bob"]
    await ada.delete(f"/teams/{team['id']}/members/{bob.id}", status=204)
    (listed,) = await bob.get("/teams")
    assert listed["members"] == []


async def test_two_administrators_cannot_demote_each_other_at_once(house: House) -> None:
    ada, bob = await house.person("ada", admin=True), await house.person("bob", admin=True)
    answers = await asyncio.gather(
        ada.api.patch(f"/api/v1/users/{bob.id}", json={"is_admin": False}),
        bob.api.patch(f"/api/v1/users/{ada.id}", json={"is_admin": False}),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
