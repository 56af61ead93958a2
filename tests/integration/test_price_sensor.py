"""The sensor of the price, which is there where the site has a tariff."""

from datetime import timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.configuration.tariffs import read_tariff
from custom_components.smart_charging.foresight.price_store import PriceStore
from custom_components.smart_charging.foresight.tariff_desk import Tariffs

from .entities import NOW, ToldSite, load, tick
from .tariff_data import dynamic_tariff, green_tariff, hp_hc, tempo

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

PRICE, CARBON = "sensor.home_electricity_price", "sensor.home_co2_intensity"
HOUR = timedelta(hours=1)


async def load_with_tariff(hass: HomeAssistant, data: dict[str, Any]) -> ToldSite:
    """Load the sensors of a site in Paris that has a tariff."""
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.currency = "EUR"
    site = await load(hass, Platform.SENSOR)
    tariffs = Tariffs(hass, read_tariff(data), PriceStore(hass, site.entry.entry_id))
    await hass.config_entries.async_unload_platforms(site.entry, [Platform.SENSOR])
    site.entry.runtime_data.foresight.tariffs = tariffs
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.SENSOR])
    await hass.async_block_till_done()
    return site


def attributes(hass: HomeAssistant) -> dict[str, Any]:
    state = hass.states.get(PRICE)
    assert state is not None
    return dict(state.attributes)


async def test_a_site_without_a_tariff_has_none(hass: HomeAssistant) -> None:
    await load(hass, Platform.SENSOR)
    assert hass.states.get(PRICE) is None


async def test_the_price_of_the_moment(hass: HomeAssistant) -> None:
    # It is one o'clock in the afternoon in Paris.
    site = await load_with_tariff(hass, hp_hc(surcharge=0.1))
    assert site.state(PRICE) == "0.27"
    await site.tell(tick(at=NOW + HOUR))
    assert site.state(PRICE) == "0.32"
    shown = attributes(hass)
    assert (shown["unit_of_measurement"], shown["state_class"], shown["estimated"]) == ("EUR/kWh", "measurement", False)
    # Two days of five prices each, of which the last one of a day and the first one of the next are one.
    assert len(shown["prices"]) == 9
    assert shown["prices"][:2] == [
        {
            "start": "2026-03-01T00:00:00+01:00",
            "end": "2026-03-01T06:30:00+01:00",
            "price": 0.27,
            "estimated": False,
        },
        {
            "start": "2026-03-01T06:30:00+01:00",
            "end": "2026-03-01T12:00:00+01:00",
            "price": 0.32,
            "estimated": False,
        },
    ]


async def test_a_price_that_is_a_guess(hass: HomeAssistant) -> None:
    site = await load_with_tariff(hass, tempo())
    # A Sunday is blue for sure; of Monday nobody has told.
    assert (site.state(PRICE), attributes(hass)["estimated"]) == ("0.16", False)
    await site.tell(tick(at=NOW + 24 * HOUR))
    assert (site.state(PRICE), attributes(hass)["estimated"]) == ("0.16", True)


async def test_without_co2_there_is_no_sensor_of_it(hass: HomeAssistant) -> None:
    await load_with_tariff(hass, hp_hc())
    assert hass.states.get(CARBON) is None


async def test_what_the_grid_emits_at_the_moment(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    forecast = [{"from": NOW + half * HOUR / 2, "intensity_forecast": g} for half, g in enumerate((120, 45))]
    hass.states.async_set("sensor.grid", "on", {"rates": forecast})
    site = await load_with_tariff(hass, green_tariff())
    assert site.state(CARBON) == "unknown"
    await site.entry.runtime_data.foresight.tariffs.async_ask()
    await site.tell(tick(at=NOW))
    assert site.state(CARBON) == "120.0"
    state = hass.states.get(CARBON)
    assert state is not None
    assert (state.attributes["unit_of_measurement"], state.attributes["estimated"]) == ("g/kWh", False)
    assert state.attributes["intensities"] == [
        {
            "start": "2026-03-01T13:00:00+01:00",
            "end": "2026-03-01T13:30:00+01:00",
            "g_per_kwh": 120.0,
            "estimated": False,
        },
        {
            "start": "2026-03-01T13:30:00+01:00",
            "end": "2026-03-01T14:00:00+01:00",
            "g_per_kwh": 45.0,
            "estimated": False,
        },
    ]
    await site.tell(tick(at=NOW + HOUR / 2))
    assert site.state(CARBON) == "45.0"


async def test_a_price_that_nobody_knows(hass: HomeAssistant) -> None:
    site = await load_with_tariff(hass, dynamic_tariff())
    assert site.state(PRICE) == "unknown"
    assert (attributes(hass)["estimated"], attributes(hass)["prices"]) == (False, [])
