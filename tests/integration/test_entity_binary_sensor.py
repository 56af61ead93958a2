"""Whether the meter can be heard, which appliances are held off, and which limits hold now."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import LoadStatus
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.sources.limit import LimitReading

from .entities import BLIND, HEADROOM, OPERATOR, WHOLE_SITE, load, tick

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_all_binary_sensors(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await load(hass, Platform.BINARY_SENSOR)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


async def test_a_silent_meter_is_off(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.BINARY_SENSOR)
    assert site.state("binary_sensor.home_meter") == STATE_ON
    await site.tell(tick(headroom=BLIND))
    assert site.state("binary_sensor.home_meter") == STATE_OFF


async def test_phases_that_are_assumed_are_told(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.BINARY_SENSOR)
    for assumed in (True, False):
        await site.tell(tick(headroom=replace(HEADROOM, phases_assumed=assumed)))
        state = hass.states.get("binary_sensor.home_meter")
        assert state is not None
        assert state.attributes["phases_assumed"] is assumed


@pytest.mark.parametrize("shed", [True, False])
async def test_an_appliance_tells_whether_it_is_held_off(hass: HomeAssistant, shed: bool) -> None:
    boiler = LoadStatus(reachable=True, on=False, shed=shed), Reason(code=ReasonCode.LOAD_OFF)
    site = await load(hass, Platform.BINARY_SENSOR, tick(boiler=boiler), site=WHOLE_SITE)
    assert site.state("binary_sensor.boiler_held_off") == (STATE_ON if shed else STATE_OFF)
    await site.tell(tick())
    assert site.state("binary_sensor.boiler_held_off") == STATE_UNKNOWN


@pytest.mark.parametrize(
    ("holds", "known", "limit", "shown"),
    [
        (True, True, OPERATOR, {"limit_w": 9200.0, "source": "operator", "chargers_only": False}),
        (False, True, OPERATOR, {"limit_w": 9200.0, "source": "operator", "chargers_only": False}),
        (
            True,
            False,
            Limit(source=LimitSource.USER, current_a=10.0, chargers_only=True),
            {"limit_a": 10.0, "source": "user", "chargers_only": True},
        ),
    ],
)
async def test_a_limit_tells_whether_it_holds_and_how_much_it_allows(
    hass: HomeAssistant, holds: bool, known: bool, limit: Limit, shown: dict[str, Any]
) -> None:
    reading = LimitReading(limit=limit, holds=holds, known=known)
    site = await load(hass, Platform.BINARY_SENSOR, tick(dimming=reading), site=WHOLE_SITE)
    state = hass.states.get("binary_sensor.dimming_holds_now")
    assert state is not None
    assert state.state == (STATE_ON if holds else STATE_OFF)
    assert {key: value for key, value in state.attributes.items() if key != "friendly_name"} == {
        **shown,
        "known": known,
    }
    await site.tell(tick())
    assert site.state("binary_sensor.dimming_holds_now") == STATE_UNKNOWN
