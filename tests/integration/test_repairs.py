"""Repair issues: raised when something has lasted, cleared when it is over."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

import custom_components.smart_charging
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.encrypted_port import LISTEN_KEYS
from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming
from custom_components.smart_charging.issues import (
    CHARGER_DISOBEYS,
    CHARGER_HELPLESS,
    CHARGER_OFFLINE,
    METER_SILENT,
    SiteIssues,
)

from ..csms.peer import station_at
from .entities import CARPORT, tick
from .home import GARAGE, Home


def raised(home: Home) -> dict[str, dict[str, str] | None]:
    """The issues of this integration, with what fills their blanks."""
    return {
        issue_id: issue.translation_placeholders
        for (domain, issue_id), issue in ir.async_get(home.hass).issues.items()
        if domain == DOMAIN
    }


async def test_a_meter_that_is_silent_for_a_minute(home: Home) -> None:
    await home.set_up()
    issue_id = f"{METER_SILENT}_{home.entry.entry_id}"
    await home.pass_s(5, watts=500)
    await home.pass_s(65)
    assert issue_id not in raised(home)
    await home.pass_s(20)
    assert raised(home)[issue_id] == {"site": "Home"}
    await home.pass_s(2, watts=500)
    assert issue_id not in raised(home)


async def test_a_charger_that_is_away_for_five_minutes(home: Home) -> None:
    await home.set_up()
    async with home.station():
        await home.pass_s(320, watts=500)
        assert raised(home) == {}
    await home.until(lambda: not home.status().reachable)
    await home.pass_s(290, watts=500)
    assert raised(home) == {}
    await home.pass_s(20, watts=500)
    assert raised(home) == {f"{CHARGER_OFFLINE}_{GARAGE}": {"site": "Home", "charger": "Garage"}}
    async with home.station():
        await home.pass_s(2, watts=500)
        assert raised(home) == {}


async def test_a_charger_that_does_not_take_its_failsafe_current(home: Home) -> None:
    await home.set_up()
    issue = {f"{Shortcoming.FAILSAFE_REFUSED}_{GARAGE}": {"site": "Home", "charger": "Garage"}}
    async with station_at(home.port) as peer:
        peer.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
        await peer.boot()
        await peer.status("Available")
        await peer.asked("SetChargingProfile")
        await home.pass_s(2, watts=500)
        assert raised(home) == issue
    await home.until(lambda: not home.status().reachable)
    await home.pass_s(2, watts=500)
    assert raised(home) == issue
    async with home.station():
        await home.pass_s(2, watts=500)
        assert raised(home) == {}


def test_a_charger_that_does_not_obey(hass: HomeAssistant) -> None:
    issues = SiteIssues(hass, "entry", "Home", {GARAGE: "Garage", CARPORT: "Carport"})
    first = tick()
    for means, present in ((Means.STOP, False), (Means.DISABLE, True), (Means.OFFER, False)):
        setpoints = {
            evse_id: replace(setpoint, means=means if evse_id == GARAGE else Means.OFFER)
            for evse_id, setpoint in first.decision.setpoints.items()
        }
        issues.update(replace(first, decision=replace(first.decision, setpoints=setpoints)))
        issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{CHARGER_DISOBEYS}_{GARAGE}")
        assert (issue is not None) is present
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"{CHARGER_DISOBEYS}_{CARPORT}") is None


def test_a_charger_that_nothing_helps_against(hass: HomeAssistant) -> None:
    """It is named from when that is seen until it is trusted again."""
    issues = SiteIssues(hass, "entry", "Home", {GARAGE: "Garage", CARPORT: "Carport"})
    first = tick()
    disobeys = Reason(code=ReasonCode.DISOBEDIENT)
    for helpless, reason, present in (
        (False, disobeys, False),
        (True, disobeys, True),
        (False, disobeys, True),
        (False, first.decision.setpoints[GARAGE].reason, False),
    ):
        setpoints = {
            evse_id: replace(setpoint, reason=reason if evse_id == GARAGE else setpoint.reason)
            for evse_id, setpoint in first.decision.setpoints.items()
        }
        named = frozenset({GARAGE} if helpless else ())
        issues.update(replace(first, decision=replace(first.decision, setpoints=setpoints, helpless=named)))
        issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{CHARGER_HELPLESS}_{GARAGE}")
        assert (issue is not None) is present
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"{CHARGER_HELPLESS}_{CARPORT}") is None


async def test_who_unloads_a_site_leaves_no_issue_behind(home: Home) -> None:
    await home.set_up()
    await home.pass_s(90)
    assert raised(home) != {}
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert raised(home) == {}


TEXTS = json.loads((Path(custom_components.smart_charging.__file__).parent / "translations/en.json").read_text())


@pytest.mark.parametrize(
    "key",
    [
        METER_SILENT,
        CHARGER_OFFLINE,
        CHARGER_DISOBEYS,
        CHARGER_HELPLESS,
        *Shortcoming,
        *LISTEN_KEYS.values(),
        "cannot_listen",
    ],
)
def test_every_issue_has_a_text(key: str) -> None:
    assert set(TEXTS["issues"][key]) == {"title", "description"}
