"""What is wanted just this once: by action, by button, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.button.const import DOMAIN as BUTTON_DOMAIN
from homeassistant.components.button.const import SERVICE_PRESS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.actions import async_register_actions
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.override import Override, OverrideEnd

from .entities import CARPORT, EMPTY, GARAGE, OFFLINE, WHOLE_SITE, ToldSite, load, tick
from .home import GARAGE as CHARGER
from .home import Home, commands

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""In winter, and Home Assistant's tests live in Los Angeles: 04:00 there."""


@pytest.fixture
async def site(hass: HomeAssistant, freezer: FrozenDateTimeFactory, enable_custom_integrations: None) -> ToldSite:  # noqa: ARG001
    """A site whose buttons are there, and its actions."""
    freezer.move_to(NOON)
    async_register_actions(hass)
    session = SessionEnergy(started_at=NOON - timedelta(hours=1), energy_kwh=4.0, running=True)
    site = await load(hass, Platform.BUTTON, tick(session=session), site=WHOLE_SITE)
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.BINARY_SENSOR])
    return site


async def act(
    hass: HomeAssistant, action: str, target: str | list[str] = "button.garage_charge_now", **data: Any
) -> None:
    await hass.services.async_call(DOMAIN, action, {ATTR_ENTITY_ID: target, **data}, blocking=True)


async def press(hass: HomeAssistant, entity_id: str) -> None:
    await hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: entity_id}, blocking=True)


def wanted(**changes: Any) -> Override:
    return Override(mode=Mode.FAST, since=NOON, start_kwh=4.0, **changes)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_all_buttons(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await load(hass, Platform.BUTTON)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param({}, wanted(), id="until unplugged"),
        pytest.param({"until_full": True}, wanted(end=OverrideEnd.FULL), id="until full"),
        pytest.param({"until_full": False}, wanted(), id="not until full"),
        pytest.param({"energy_kwh": "7.5"}, wanted(end=OverrideEnd.ENERGY, energy_kwh=7.5), id="energy"),
        pytest.param(
            {"until": "22:00:00"},
            wanted(end=OverrideEnd.TIME, until=datetime(2026, 3, 2, 6, tzinfo=UTC)),
            id="a time later today",
        ),
        pytest.param(
            {"until": "03:59"},
            wanted(end=OverrideEnd.TIME, until=datetime(2026, 3, 2, 11, 59, tzinfo=UTC)),
            id="a time that is tomorrow's",
        ),
        pytest.param(
            {"until": "2026-03-05 08:30:00"},
            wanted(end=OverrideEnd.TIME, until=datetime(2026, 3, 5, 16, 30, tzinfo=UTC)),
            id="a date and time on the wall",
        ),
        pytest.param(
            {"until": "2026-03-05T08:30:00+00:00"},
            wanted(end=OverrideEnd.TIME, until=datetime(2026, 3, 5, 8, 30, tzinfo=UTC)),
            id="a date and time somewhere",
        ),
    ],
)
async def test_charging_now_until_something_comes(
    hass: HomeAssistant, site: ToldSite, data: dict[str, Any], expected: Override
) -> None:
    await act(hass, "charge_now", **data)
    assert site.coordinator.wish(GARAGE) == expected
    assert site.coordinator.wish(CARPORT) is None
    assert site.coordinator.mode(GARAGE) is Mode.FAST


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"energy_kwh": 5, "until_full": True}, "several_ends"),
        ({"energy_kwh": 5, "until": "22:00:00"}, "several_ends"),
        ({"until": "2026-03-01T11:59:59+00:00"}, "in_the_past"),
        ({"target": "button.carport_charge_now"}, "no_car"),
        ({"target": "binary_sensor.boiler_held_off"}, "no_charger"),
        ({"target": "light.hall"}, "no_charger"),
    ],
)
async def test_what_cannot_be_done_is_said(hass: HomeAssistant, site: ToldSite, data: dict[str, Any], key: str) -> None:
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "charge_now", **data)
    assert refusal.value.translation_key == key
    assert site.coordinator.wish(GARAGE) is None


async def test_a_refusal_names_the_charger(hass: HomeAssistant, site: ToldSite) -> None:  # noqa: ARG001
    with pytest.raises(ServiceValidationError, match="No car is plugged in at Carport"):
        await act(hass, "charge_now", "button.carport_charge_now")


async def test_of_several_chargers_all_are_told_or_none(hass: HomeAssistant, site: ToldSite) -> None:
    with pytest.raises(ServiceValidationError):
        await act(hass, "charge_now", ["button.garage_charge_now", "button.carport_charge_now"])
    assert site.coordinator.wish(GARAGE) is None


async def test_a_charger_is_found_by_its_device_too(
    hass: HomeAssistant, site: ToldSite, device_registry: dr.DeviceRegistry
) -> None:
    device = device_registry.async_get_device_by_identifier((DOMAIN, GARAGE), site.entry.entry_id)
    assert device is not None
    await hass.services.async_call(DOMAIN, "charge_now", {"device_id": device.id}, blocking=True)
    assert site.coordinator.wish(GARAGE) == wanted()


async def test_a_car_that_cannot_be_seen_may_be_there(hass: HomeAssistant, site: ToldSite) -> None:
    await site.tell(tick(OFFLINE))
    await act(hass, "charge_now")
    assert site.coordinator.wish(GARAGE) == Override(mode=Mode.FAST, since=NOON)


async def test_chargers_of_a_site_that_is_not_set_up_are_not_found(hass: HomeAssistant, site: ToldSite) -> None:
    await hass.config_entries.async_unload_platforms(site.entry, [Platform.BUTTON, Platform.BINARY_SENSOR])
    site.entry.mock_state(hass, ConfigEntryState.NOT_LOADED)
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "cancel_override")
    assert refusal.value.translation_key == "no_charger"


async def test_buttons_do_and_undo(hass: HomeAssistant, site: ToldSite) -> None:
    assert site.state("button.garage_back_to_normal") == STATE_UNAVAILABLE
    await press(hass, "button.garage_charge_now")
    assert site.coordinator.wish(GARAGE) == wanted()
    assert site.state("button.garage_back_to_normal") == STATE_UNKNOWN
    await press(hass, "button.garage_back_to_normal")
    assert site.coordinator.wish(GARAGE) is None
    assert site.state("button.garage_back_to_normal") == STATE_UNAVAILABLE


async def test_the_action_undoes_as_well(hass: HomeAssistant, site: ToldSite) -> None:
    await act(hass, "charge_now")
    await act(hass, "cancel_override")
    assert site.coordinator.wish(GARAGE) is None


async def test_a_button_without_a_car_says_so(hass: HomeAssistant, site: ToldSite) -> None:
    await site.tell(tick(EMPTY))
    with pytest.raises(ServiceValidationError):
        await press(hass, "button.garage_charge_now")


async def test_who_chooses_a_mode_wants_no_exception_any_more(hass: HomeAssistant, site: ToldSite) -> None:
    await act(hass, "charge_now")
    await site.coordinator.async_set_mode(GARAGE, Mode.OFF)
    assert site.coordinator.wish(GARAGE) is None


async def test_actions_are_there_without_a_site(hass: HomeAssistant, enable_custom_integrations: None) -> None:  # noqa: ARG001
    assert await async_setup_component(hass, DOMAIN, {})
    assert {"charge_now", "cancel_override", "restart"} <= hass.services.async_services_for_domain(DOMAIN).keys()


# In a home that ticks.


def effective(home: Home) -> Mode:
    return home.coordinator.data.snapshot.modes[CHARGER]


async def test_charging_now_goes_before_the_mode_and_leaves_it_as_it_is(home: Home) -> None:
    await home.set_up()
    await home.coordinator.async_set_mode(CHARGER, Mode.OFF)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(10, watts=500)
        assert home.setpoint().current_a == 0
        await press(home.hass, "button.garage_charge_now")
        await home.pass_s(90, watts=500)
        assert commands(peer)[-1] == 16
        assert effective(home) is Mode.FAST
        assert home.coordinator.mode(CHARGER) is Mode.OFF
        await peer.status("Available")
        await home.pass_s(2, watts=500)
        assert home.coordinator.wish(CHARGER) is None
        assert effective(home) is Mode.OFF


async def test_it_outlasts_a_reload_and_ends_at_its_time(home: Home) -> None:
    await home.set_up()
    await home.coordinator.async_set_mode(CHARGER, Mode.OFF)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(5, watts=500)
        until = (home.now() + timedelta(seconds=60)).isoformat()
        await act(home.hass, "charge_now", until=until)
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.hass.async_block_till_done()
        await home.pass_s(50, watts=500)
        assert effective(home) is Mode.FAST
        await home.pass_s(15, watts=500)
        assert home.coordinator.wish(CHARGER) is None
        assert effective(home) is Mode.OFF
