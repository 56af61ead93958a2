"""The tariff of a site: told from the local day's start on, kept over restarts, guessed after what is published."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.configuration.tariffs import read_tariff
from custom_components.smart_charging.engine.model.carbon import CarbonSlot
from custom_components.smart_charging.engine.model.tariff import PeakPrice, Tariff
from custom_components.smart_charging.foresight.price_store import PriceStore
from custom_components.smart_charging.foresight.tariff_desk import AHEAD, Tariffs
from custom_components.smart_charging.sources.price_finder import find_prices

from ..tariffs.clocks import local, told
from .price_shapes import ENTSOE, TODAY, TOMORROW, add, midnight, rows, show
from .tariff_data import dynamic_tariff, fixed_tariff, green_tariff, hp_hc, intelligent, tempo

NOON = local("2026-03-28 12:00")


@pytest.fixture(autouse=True)
async def _in_paris(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(NOON)


async def make(hass: HomeAssistant, data: dict[str, Any]) -> tuple[Tariffs, PriceStore]:
    store = PriceStore(hass, "entry")
    await store.async_load()
    return Tariffs(hass, read_tariff(data), store), store


def tariff_of(tariffs: Tariffs, at: datetime = NOON) -> Tariff:
    tariff = tariffs.tariff(at)
    assert tariff is not None
    return tariff


async def test_a_site_without_one(hass: HomeAssistant) -> None:
    tariffs = Tariffs(hass, None, PriceStore(hass, "entry"))
    tariffs.start(lambda: None)
    await tariffs.async_ask()
    assert tariffs.tariff(NOON) is None
    tariffs.stop()


async def test_hours_that_a_person_knows(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, hp_hc(feed_in_price=0.08, peak="sweden", peak_price=65))
    tariffs.start(lambda: None)
    await tariffs.async_ask()
    tariff = tariff_of(tariffs)
    assert tariff.currency == hass.config.currency
    assert (tariff.prices[0].start, tariff.prices[-1].end) == (midnight(TODAY), NOON + AHEAD)
    # The night into summer is an hour shorter.
    assert told(tariff.prices)[4:6] == ["28 22:30+1 0.17", "29 06:30+2 0.22"]
    assert tariff.known_until == NOON + AHEAD
    assert tariff.feed_in_at(NOON) == 0.08
    assert tariff.peak == PeakPrice(per_kw=65.0, window=timedelta(hours=1), days=3)
    tariffs.stop()


async def test_what_comes_on_top_is_in_the_price(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, fixed_tariff(surcharge=0.05, vat_pct=20))
    assert told(tariff_of(tariffs).prices) == ["28 00:00+1 0.36"]


@pytest.mark.parametrize(
    ("state", "unit", "earns"),
    [("0.09", "EUR/kWh", 0.09), ("9", "ct/kWh", 0.09), ("90", "EUR/MWh", 0.09), ("unavailable", None, 0.0)],
)
async def test_what_an_entity_says_that_feeding_in_earns(
    hass: HomeAssistant, state: str, unit: str | None, earns: float
) -> None:
    hass.states.async_set("sensor.feed_in", state, {} if unit is None else {"unit_of_measurement": unit})
    tariffs, _ = await make(hass, fixed_tariff(feed_in_entity="sensor.feed_in"))
    assert tariff_of(tariffs).feed_in_at(NOON) == pytest.approx(earns)


async def test_feeding_in_that_earns_otherwise_is_told(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, fixed_tariff(feed_in_entity="sensor.feed_in"))
    heard: list[float] = []
    tariffs.start(lambda: heard.append(tariff_of(tariffs).feed_in_at(NOON)))
    for state in ("0.09", "0.090", "0.05", "unavailable"):
        hass.states.async_set("sensor.feed_in", state)
        await hass.async_block_till_done()
    assert heard == [0.09, 0.05, 0.0]
    tariffs.stop()
    hass.states.async_set("sensor.feed_in", "0.2")
    await hass.async_block_till_done()
    assert len(heard) == 3


async def test_it_is_worked_out_once_a_quarter_of_an_hour(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, hp_hc())
    assert tariffs.tariff(NOON) is tariffs.tariff(NOON + timedelta(minutes=14))
    assert tariffs.tariff(NOON) is not tariffs.tariff(NOON + timedelta(minutes=15))


async def test_feeding_in_of_which_nobody_tells(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, fixed_tariff(feed_in_entity="sensor.gone"))
    assert tariff_of(tariffs).feed_in == ()


async def test_what_the_grid_emits_is_told_with_the_price(hass: HomeAssistant) -> None:
    tariffs, store = await make(hass, green_tariff())
    assert tariffs.has_carbon
    heard: list[str] = []
    tariffs.start(lambda: heard.append("!"))
    # Nobody tells anything yet: plans go by money.
    assert (heard, tariff_of(tariffs).by_carbon) == ([], False)
    rows = [{"start": NOON, "end": NOON + timedelta(hours=1), "value": 45}]
    hass.states.async_set("sensor.grid", "300", {"unit_of_measurement": "g/kWh", "forecast": rows})
    await hass.async_block_till_done(wait_background_tasks=True)
    tariff = tariff_of(tariffs)
    assert (heard, tariff.by_carbon) == (["!"], True)
    assert tariff.carbon_at(NOON) == CarbonSlot(start=NOON, end=NOON + timedelta(hours=1), kg_per_kwh=0.045)
    # An hour is known, and it is what tomorrow's is guessed from: the night into summer is an hour shorter.
    tomorrow = tariff.carbon_at(NOON + timedelta(hours=23))
    assert tomorrow is not None
    assert tomorrow.estimated
    assert told(tariff.prices) == ["28 00:00+1 0.25"]
    tariffs.stop()
    await store.async_save()
    hass.states.async_remove("sensor.grid")
    again, _ = await make(hass, green_tariff(carbon="priced", carbon_price=200))
    tariff = tariff_of(again)
    assert tariff.carbon is not None
    assert (tariff.by_carbon, tariff.carbon.price_per_kg) == (False, 0.2)
    counted = tariff.counted_at(NOON)
    assert counted is not None
    assert counted.price_per_kwh == pytest.approx(0.25 + 0.2 * 0.045)


async def test_co2_is_enough_to_plan_by_while_nobody_tells_a_price(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.grid", "300", {"unit_of_measurement": "g/kWh"})
    tariffs, _ = await make(hass, dynamic_tariff(carbon="instead", carbon_entities=["sensor.grid"]))
    await tariffs.async_ask()
    tariff = tariff_of(tariffs)
    assert tariff.prices == ()
    assert [slot.start for slot in tariff.counted] == [NOON]
    assert tariff.counted[0].price_per_kwh == pytest.approx(0.3)


async def test_a_tariff_without_co2(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, fixed_tariff())
    assert not tariffs.has_carbon
    assert tariff_of(tariffs).carbon is None


async def test_prices_of_another_integration_and_then_a_guess(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entity = ENTSOE.entities[1]
    assert entity.attributes is not None
    today_only = replace(entity, attributes={**entity.attributes, "prices_tomorrow": []})
    entity_id = add(hass, replace(ENTSOE, entities=(today_only,)))[entity.unique_id]
    (found,) = find_prices(hass)
    tariffs, store = await make(hass, dynamic_tariff(found.anchor))
    heard: list[str] = []
    tariffs.start(lambda: heard.append("!"))
    assert heard == ["!"]

    tariff = tariff_of(tariffs)
    assert [slot.price_per_kwh for slot in tariff.prices if not slot.estimated] == [
        pytest.approx(price) for _, _, price in rows(TODAY)
    ]
    # There is one day to guess from.
    assert tariff.known_until == midnight(TOMORROW)
    guess = tariff.price_at(midnight(TOMORROW) + timedelta(hours=40))
    assert guess is not None
    assert guess.estimated
    assert tariff.prices[-1].end == NOON + AHEAD

    show(hass, entity_id, entity)
    await hass.async_block_till_done()
    assert heard == ["!", "!"]
    assert tariff_of(tariffs).known_until == midnight(TOMORROW + timedelta(days=1))
    tariffs.stop()

    # After a restart the other integration is not there yet.
    await store.async_save()
    hass.states.async_remove(entity_id)
    again, _ = await make(hass, dynamic_tariff(found.anchor))
    again.start(lambda: None)
    assert told(tariff_of(again).prices) == told(tariff_of(tariffs).prices)
    again.stop()
    freezer.move_to(NOON + timedelta(days=2))
    later = tariff_of(again, NOON + timedelta(days=2))
    assert {slot.estimated for slot in later.prices} == {True}


async def test_asked_at_once(hass: HomeAssistant) -> None:
    add(hass, ENTSOE)
    (found,) = find_prices(hass)
    tariffs, _ = await make(hass, dynamic_tariff(found.anchor))
    assert tariff_of(tariffs).prices == ()
    await tariffs.async_ask()
    assert tariff_of(tariffs).known_until == midnight(TOMORROW + timedelta(days=1))


async def test_colours_are_kept_over_a_restart(hass: HomeAssistant) -> None:
    tariffs, store = await make(hass, tempo())
    await tariffs.async_ask()
    heard: list[str] = []
    tariffs.start(lambda: heard.append("!"))
    hass.states.async_set("sensor.today", "Rouge")
    await hass.async_block_till_done()
    assert heard == ["!"]
    expected = ["28 00:00+1 ~0.13", "28 06:00+1 0.75", "28 22:00+1 0.17", "29 06:00+2 0.16"]
    assert told(tariff_of(tariffs).prices)[:4] == expected
    tariffs.stop()
    await store.async_save()
    hass.states.async_remove("sensor.today")
    again, _ = await make(hass, tempo())
    assert told(tariff_of(again).prices)[:4] == expected


async def test_times_that_the_supplier_gives(hass: HomeAssistant) -> None:
    tariffs, _ = await make(hass, intelligent())
    await tariffs.async_ask()
    heard: list[str] = []
    tariffs.start(lambda: heard.append("!"))
    dispatch = {"start": local("2026-03-28 14:00"), "end": local("2026-03-28 15:30"), "source": "smart-charge"}
    hass.states.async_set("binary_sensor.dispatching", "off", {"planned_dispatches": [dispatch]})
    await hass.async_block_till_done()
    assert heard == ["!"]
    assert told(tariff_of(tariffs).prices)[:5] == [
        "28 00:00+1 0.07",
        "28 05:30+1 0.27",
        "28 14:00+1 0.07",
        "28 15:30+1 0.27",
        "28 23:30+1 0.07",
    ]
    assert tariff_of(tariffs).prices[0].start == datetime(2026, 3, 27, 23, tzinfo=UTC)
    tariffs.stop()
