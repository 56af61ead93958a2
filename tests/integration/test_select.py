"""The mode of a charger."""

import pytest
from homeassistant.components.select import ATTR_OPTION, SERVICE_SELECT_OPTION
from homeassistant.components.select import DOMAIN as SELECT_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.engine.model.mode import Mode

from .entities import CARPORT, GARAGE, OFFLINE, load, tick

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def choose(hass: HomeAssistant, option: str) -> None:
    await hass.services.async_call(
        SELECT_DOMAIN,
        SERVICE_SELECT_OPTION,
        {ATTR_ENTITY_ID: "select.garage_mode", ATTR_OPTION: option},
        blocking=True,
    )


async def test_all_selects(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await load(hass, Platform.SELECT)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


async def test_a_mode_is_chosen_for_one_charger(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SELECT)
    await choose(hass, "off")
    await site.tell(tick())
    assert site.coordinator.mode(GARAGE) is Mode.OFF
    assert site.coordinator.mode(CARPORT) is Mode.FAST
    assert site.state("select.garage_mode") == "off"


async def test_a_charger_that_is_offline_can_be_asked_as_well(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SELECT, tick(OFFLINE))
    await choose(hass, "off")
    assert site.coordinator.mode(GARAGE) is Mode.OFF


async def test_smart_is_not_offered_where_nobody_knows_cheap_hours(hass: HomeAssistant) -> None:
    await load(hass, Platform.SELECT)
    with pytest.raises(ServiceValidationError):
        await choose(hass, "smart")


async def test_smart_is_offered_where_somebody_does(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SELECT, off_peak="schedule.cheap")
    await choose(hass, "smart")
    await site.tell(tick())
    assert site.state("select.garage_mode") == "smart"


async def test_smart_stays_chosen_though_nobody_knows_any_more(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SELECT, mode=Mode.SMART)
    assert site.state("select.garage_mode") == "smart"


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_MIN])
async def test_the_sun_can_be_followed(hass: HomeAssistant, mode: Mode) -> None:
    site = await load(hass, Platform.SELECT)
    await choose(hass, mode.value)
    assert site.coordinator.mode(GARAGE) is mode
    assert site.state("select.garage_mode") == mode
