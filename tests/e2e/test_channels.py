"""Somebody lets notifications come to a webhook and to the browser, and they do."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.channels.receivers import Browser, http_service
from tests.e2e import steps
from tests.e2e.conftest import Windows
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.e2e

LOOKS = (("dark", 1280, 1040), ("light", 1280, 1040), ("phone", 390, 844))
# Chromium without a screen knows no push service; this one gives it ours, and nothing else is made
# up: the page, the permission, the worker, the encryption and the request are the real ones.
SUBSCRIBE = """
subscription => {
  let taken = null;
  PushManager.prototype.getSubscription = async () => taken;
  PushManager.prototype.subscribe = async function (options) {
    window.askedWith = options;
    taken = {
      endpoint: subscription.endpoint,
      toJSON: () => subscription,
      unsubscribe: async () => ((taken = null), true),
    };
    return taken;
  };
}
"""


async def _come_in(house: House, page: Page, name: str, token: str) -> None:
    link = house.call("POST", "/users", token, {"username": name.lower(), "name": name})["link"]
    await steps.come_in(page, link, name=name)


async def _settings(page: Page) -> Any:
    await page.goto("/settings#notifications")
    section = page.get_by_role("region", name="Notifications")
    await expect(section.get_by_role("table")).to_be_visible()
    return section


async def test_a_test_arrives_at_a_webhook_and_settings_survive_a_reload(
    windows: Windows, house: House, token: str
) -> None:
    with http_service() as service:
        async with windows.open() as page:
            await _come_in(house, page, "Carla", token)
            section = await _settings(page)
            await section.get_by_role("textbox", name=re.compile("webhook", re.I)).fill(
                service.address
            )
            await section.get_by_label("Call it").fill("Art channel")
            await section.get_by_role("button", name="Add", exact=True).click()
            place = section.get_by_role("listitem").filter(has_text="Art channel")
            await expect(place).to_contain_text("Nothing sent yet")
            await place.get_by_role("button", name="Send a test to Art channel").press("Enter")
            await expect(place).to_contain_text("Last sent")
            assert service.next().json["title"] == "A test from OnModel"

            service.answer = 403
            await place.get_by_role("button", name="Send a test to Art channel").click()
            await expect(place).to_contain_text("did not take the message (it says 403)")

            mentions = section.get_by_role("checkbox", name="Mentions by Chat")
            async with page.expect_response(re.compile("preferences")):
                await mentions.press("Space")
            async with page.expect_response(re.compile("preferences")):
                await section.get_by_text("Once a day").click()
            async with page.expect_response(re.compile("preferences")):
                await section.get_by_role("checkbox", name="Quiet hours").click()
            async with page.expect_response(re.compile("preferences")):
                await section.get_by_label("Until").fill("07:30")
                await section.get_by_label("Until").press("Tab")
            section = await _settings(page)
            await expect(
                section.get_by_role("checkbox", name="Mentions by Chat")
            ).not_to_be_checked()
            await expect(
                section.get_by_role("checkbox", name="Mentions by Browser")
            ).to_be_checked()
            await expect(section.get_by_role("radio", name="Once a day")).to_be_checked()
            await expect(section.get_by_label("Until")).to_have_value("07:30")
            assert service.address not in await page.content()
            await section.get_by_role("button", name="Remove Art channel").click()
            await expect(section.get_by_text("Art channel")).to_have_count(0)


async def test_a_browser_is_told_while_nobody_looks(
    windows: Windows, house: House, token: str
) -> None:
    with http_service() as service:
        browser = Browser(f"{service.url}/push/1")
        async with windows.open() as page:
            await page.context.grant_permissions(["notifications"])
            await _come_in(house, page, "Dora", token)
            section = await _settings(page)
            await page.evaluate(SUBSCRIBE, browser.subscription)
            await section.get_by_role("button", name="Notify me in this browser").click()
            place = section.get_by_role("listitem").filter(has_text="this browser")
            await expect(place).to_contain_text("Nothing sent yet")
            asked = await page.evaluate("window.askedWith")
            assert asked["userVisibleOnly"] is True
            await place.get_by_role("button", name=re.compile("^Send a test")).click()
            await expect(place).to_contain_text("Last sent")
            request = service.next()
            assert asked["applicationServerKey"] in request.headers["authorization"]
            said = browser.read(request.body)
            await _deliver(page, said)
            shown = await page.evaluate(
                """async () => {
                    const worker = await navigator.serviceWorker.getRegistration('/push/');
                    return (await worker.getNotifications()).map(
                        (one) => [one.title, one.body, one.tag, one.data.path]);
                }"""
            )
            assert shown == [[said["title"], said["body"], said["tag"], said["path"]]]
            await place.get_by_role("button", name=re.compile("^Remove")).click()
            await expect(
                section.get_by_role("button", name="Notify me in this browser")
            ).to_be_visible()


async def _deliver(page: Page, said: dict[str, str]) -> None:
    """Hand a message to the page's push worker, as a push service would, and wait for its end."""
    devtools = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def look(update: dict[str, Any]) -> None:
        for one in update["registrations"]:
            if one["scopeURL"].endswith("/push/") and not found.done():
                found.set_result(one["registrationId"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", look)
    await devtools.send("ServiceWorker.enable")
    async with asyncio.timeout(PATIENCE_SECONDS):
        registration = await found
    await devtools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": "/".join(page.url.split("/")[:3]),
            "registrationId": registration,
            "data": json.dumps(said),
        },
    )
    await page.wait_for_function(
        """async () => {
            const worker = await navigator.serviceWorker.getRegistration('/push/');
            return (await worker.getNotifications()).length > 0;
        }"""
    )


async def test_the_settings_can_be_used_by_everybody(
    windows: Windows, house: House, token: str, shots: Path
) -> None:
    """Dark, light and on a phone: nothing is cut off, and axe finds nothing."""
    faults: list[str] = []
    link = ""
    for look, width, height in LOOKS:
        scheme = "light" if look == "light" else "dark"
        async with windows.open(width=width, height=height, scheme=scheme) as page:
            if not link:
                await _come_in(house, page, "Edda", token)
                link = "made"
            else:
                await steps.sign_in(page, "edda")
            section = await _settings(page)
            if look == "dark":
                field = section.get_by_role("textbox", name=re.compile("webhook", re.I))
                await field.fill("ntfy://ntfy.sh/our-film")
                await section.get_by_label("Call it").fill("Our film")
                await section.get_by_role("button", name="Add", exact=True).click()
                await expect(section.get_by_text("Our film")).to_be_visible()
                async with page.expect_response(re.compile("preferences")):
                    await section.get_by_role("checkbox", name="Quiet hours").click()
            await _settings(page)
            await page.screenshot(path=shots / f"notifications-{look}.png")
            too_wide = await page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not too_wide, look
            results = await Axe().run(page)
            faults += [f"{look}: {one['id']}" for one in results.response["violations"]]
    assert faults == []
