"""Chargers that speak MQTT: added, judged, steered and changed."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_mqtt_message
from pytest_homeassistant_custom_component.typing import MqttMockHAClient

from custom_components.smart_charging.chargers.mqtt.driver import MqttDriver
from custom_components.smart_charging.engine.model.evse import EvState

from .flow_helpers import Result, options_of, suggested
from .test_charger_flow import DETAILS, answer, choose, site, start

__all__ = ["site"]

SMART_EVSE = {"preset": "smartevse", "prefix": " SmartEVSE-1/ "}


@pytest.fixture
def broker(mqtt_mock: MqttMockHAClient) -> MqttMockHAClient:
    """A broker that Home Assistant is connected to."""
    return mqtt_mock


async def add(hass: HomeAssistant, entry: MockConfigEntry) -> Result:
    flow = await choose(hass, await start(hass, entry), "mqtt")
    flow = await answer(hass, flow, SMART_EVSE)
    flow = await answer(hass, flow, DETAILS)
    await hass.async_block_till_done()
    return flow


async def test_without_a_broker_it_is_not_offered(hass: HomeAssistant, site: MockConfigEntry) -> None:
    assert "mqtt" not in (await start(hass, site))["menu_options"]


async def test_a_charger_by_its_topics(
    hass: HomeAssistant,
    broker: MqttMockHAClient,
    site: MockConfigEntry,
) -> None:
    flow = await choose(hass, await start(hass, site), "mqtt")
    assert {"warp", "smartevse", "generic"} <= options_of(flow, "preset").keys()
    assert "`" in flow["description_placeholders"]["examples"]
    flow = await answer(hass, flow, SMART_EVSE)
    assert flow["step_id"] == "mqtt_details"
    assert flow["description_placeholders"]["prefix"] == "SmartEVSE-1"
    flow = await answer(hass, flow, {**DETAILS, "failsafe_a": 20})
    assert flow["errors"] == {"failsafe_a": "failsafe_above_maximum"}
    flow = await answer(hass, flow, DETAILS)
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Garage")
    await hass.async_block_till_done()
    (stored,) = site.subentries.values()
    assert (stored.data["driver"], stored.unique_id) == ("mqtt", "mqtt:SmartEVSE-1")
    (driver,) = site.runtime_data.drivers.values()
    assert isinstance(driver, MqttDriver)
    assert broker.async_subscribe.called
    async_fire_mqtt_message(hass, "SmartEVSE-1/State", "Charging")
    await hass.async_block_till_done()
    assert driver.status.state is EvState.C


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("prefix", ["", "/", "a b", "a/+", "a/#", "a//b", "x" * 201])
async def test_topics_that_cannot_be(hass: HomeAssistant, site: MockConfigEntry, prefix: str) -> None:
    flow = await choose(hass, await start(hass, site), "mqtt")
    flow = await answer(hass, flow, {"preset": "warp", "prefix": prefix})
    assert flow["errors"] == {"prefix": "prefix_invalid"}


@pytest.mark.usefixtures("broker")
async def test_the_same_topics_twice(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add(hass, site)
    flow = await choose(hass, await start(hass, site), "mqtt")
    assert (await answer(hass, flow, SMART_EVSE))["errors"] == {"prefix": "prefix_taken"}


@pytest.mark.usefixtures("broker")
async def test_topics_can_be_changed(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add(hass, site)
    (subentry_id,) = site.subentries
    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    assert flow["step_id"] == "mqtt_change"
    assert suggested(flow) == {**DETAILS, "prefix": "SmartEVSE-1"}
    flow = await answer(hass, flow, {**DETAILS, "prefix": "#"})
    assert flow["errors"] == {"prefix": "prefix_invalid"}
    flow = await answer(hass, flow, {**DETAILS, "prefix": "SmartEVSE-2", "name": "Carport"})
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    changed: Any = site.subentries[subentry_id]
    assert (changed.title, changed.data["prefix"], changed.unique_id) == ("Carport", "SmartEVSE-2", "mqtt:SmartEVSE-2")


@pytest.mark.usefixtures("broker")
async def test_a_preset_that_is_gone_is_told(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add(hass, site)
    (subentry,) = site.subentries.values()
    hass.config_entries.async_update_subentry(site, subentry, data={**subentry.data, "preset": "own_gone"})
    await hass.async_block_till_done()
    assert site.error_reason_translation_key == "kind_unknown"
