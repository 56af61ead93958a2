"""Prices from other integrations: each is found by what it is, and read as its own source writes it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.sources.price import PriceSource
from custom_components.smart_charging.sources.price_catalogue import KNOWN_PRICES
from custom_components.smart_charging.sources.price_finder import find_known, find_prices

from .price_shapes import (
    ENERGI_DATA_SERVICE,
    ENTSOE,
    GREEN_PLANET,
    HOUR,
    NORDPOOL_CORE,
    NORDPOOL_CUSTOM,
    OMIE_CORE,
    OMIE_CUSTOM,
    PARIS,
    SHAPES,
    STROMLIGNING,
    TIBBER,
    TODAY,
    TOMORROW,
    Shape,
    add,
    register,
    rows,
    show,
)

AFTERNOON = datetime(2026, 3, 28, 15, 0, tzinfo=PARIS).astimezone(UTC)


@pytest.fixture(autouse=True)
async def _in_paris(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(AFTERNOON)


def drawn(slots: Iterable[PriceSlot]) -> list[tuple[datetime, datetime, float]]:
    return [(slot.start, slot.end, round(slot.price_per_kwh, 6)) for slot in slots]


def truth(shape: Shape) -> list[tuple[datetime, datetime, float]]:
    told = rows(TODAY, TOMORROW, step=shape.step)
    if shape is GREEN_PLANET:  # tells only what is to come
        told = [row for row in told if AFTERNOON <= row[0] < AFTERNOON + timedelta(days=1)]
    return [(start.astimezone(UTC), end.astimezone(UTC), price) for start, end, price in told]


def source_of(hass: HomeAssistant, shape: Shape, known: tuple[PriceSlot, ...] = ()) -> PriceSource:
    (found,) = [found for found in find_prices(hass) if found.known.key == shape.key]
    return PriceSource(hass, shape.key, found.anchor, known)


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, step: timedelta) -> None:
    freezer.tick(step)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.key)
async def test_each_is_found_and_read(hass: HomeAssistant, shape: Shape) -> None:
    add(hass, shape)
    assert Counter(found.known.key for found in find_prices(hass) if found.known.key == shape.key) == {shape.key: 1}
    heard: list[str] = []
    source = source_of(hass, shape)

    source.start(lambda: heard.append("!"))
    await hass.async_block_till_done(wait_background_tasks=True)

    assert heard == ["!"]
    read = source.reading(AFTERNOON)
    assert drawn(read) == truth(shape)
    assert {slot.estimated for slot in read} == {shape.estimated}
    source.stop()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.key)
async def test_each_can_be_asked_at_once(hass: HomeAssistant, shape: Shape) -> None:
    add(hass, shape)
    assert drawn(await source_of(hass, shape).async_ask()) == truth(shape)


def test_each_row_of_the_table_has_its_shape() -> None:
    assert {shape.key for shape in SHAPES} == {known.key for known in KNOWN_PRICES}


@pytest.mark.parametrize("one", [NORDPOOL_CUSTOM, NORDPOOL_CORE, OMIE_CUSTOM, OMIE_CORE], ids=lambda one: one.key)
async def test_two_integrations_behind_one_domain_are_told_apart(hass: HomeAssistant, one: Shape) -> None:
    add(hass, one)
    assert [found.known.key for found in find_prices(hass)] == [one.key]


async def test_what_they_are_called(hass: HomeAssistant) -> None:
    for shape in (NORDPOOL_CORE, OMIE_CORE):
        add(hass, shape)
    assert [(found.known.key, found.name) for found in find_prices(hass)] == [
        ("nordpool", "Nord Pool (Home, FR)"),
        ("omie", "OMIE (Home, ES)"),
    ]


async def test_what_is_switched_off_tells_nothing_unless_it_has_an_action(hass: HomeAssistant) -> None:
    for shape in (ENTSOE, NORDPOOL_CORE):
        add(hass, replace(shape, entities=tuple(replace(entity, attributes=None) for entity in shape.entities)))
    assert [found.known.key for found in find_prices(hass)] == ["nordpool"]


async def test_who_is_gone_is_not_found(hass: HomeAssistant) -> None:
    ids = add(hass, ENTSOE)
    anchor = er.async_get(hass).async_get(ids["entsoe.home_avg_price"])
    assert anchor is not None
    assert find_known(hass, "entsoe", anchor.id) is not None
    assert find_known(hass, "nobody", anchor.id) is None
    assert find_known(hass, "tibber", anchor.id) is None
    er.async_get(hass).async_remove(anchor.entity_id)
    assert find_known(hass, "entsoe", anchor.id) is None
    source = PriceSource(hass, "entsoe", anchor.id)
    source.start(lambda: None)
    assert await source.async_ask() == ()
    source.stop()


async def test_an_anchor_may_be_renamed(hass: HomeAssistant) -> None:
    ids = add(hass, ENTSOE)
    source = source_of(hass, ENTSOE)
    er.async_get(hass).async_update_entity(ids["entsoe.home_avg_price"], new_entity_id="sensor.prices")
    hass.states.async_remove(ids["entsoe.home_avg_price"])
    show(hass, "sensor.prices", ENTSOE.entities[1])
    assert drawn(await source.async_ask()) == truth(ENTSOE)


async def test_news_are_told_and_silence_is_none(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    ids = add(hass, ENTSOE)
    entity_id, entity = ids["entsoe.home_avg_price"], ENTSOE.entities[1]
    assert entity.attributes is not None
    show(hass, entity_id, replace(entity, attributes={**entity.attributes, "prices_tomorrow": []}))
    heard: list[datetime] = []
    source = source_of(hass, ENTSOE)
    source.start(lambda: heard.append(source.reading(AFTERNOON)[-1].end))
    assert heard == [datetime(2026, 3, 28, 23, tzinfo=UTC)]

    hass.states.async_set(entity_id, "0.3", hass.states.get(entity_id).attributes)  # type: ignore[union-attr]
    hass.states.async_set(entity_id, "unavailable")
    await hass.async_block_till_done()
    assert len(heard) == 1
    assert drawn(source.reading(AFTERNOON)) == truth(ENTSOE)[:24]

    show(hass, entity_id, entity)
    await hass.async_block_till_done()
    assert heard[1:] == [datetime(2026, 3, 29, 22, tzinfo=UTC)]
    hass.states.async_remove(entity_id)
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert len(heard) == 2
    assert drawn(source.reading(AFTERNOON)) == truth(ENTSOE)

    # What is long over is forgotten.
    assert source.reading(AFTERNOON + timedelta(days=4)) == ()
    source.stop()


async def test_prices_that_were_known_before_a_restart_stay(hass: HomeAssistant) -> None:
    add(hass, replace(ENTSOE, entities=tuple(replace(entity, attributes={}) for entity in ENTSOE.entities)))
    known = (PriceSlot(start=AFTERNOON, end=AFTERNOON + HOUR, price_per_kwh=0.5),)
    source = source_of(hass, ENTSOE, known)
    source.start(lambda: None)
    assert source.reading(AFTERNOON) == known
    source.stop()


async def test_a_source_of_several_entities(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Tomorrow's entity comes later, and what is only forecast is marked."""
    today, *_, tomorrow, forecast = STROMLIGNING.entities
    guess = [
        {"price": 9.0, "start": start, "end": end} for start, end, _ in rows(TODAY, TOMORROW, TOMORROW + timedelta(1))
    ]
    add(hass, replace(STROMLIGNING, entities=(today, replace(forecast, attributes={"prices": guess}))))
    source = source_of(hass, STROMLIGNING)
    source.start(lambda: None)
    assert Counter(slot.estimated for slot in source.reading(AFTERNOON)) == {False: 24, True: 47}

    entity = er.async_get(hass).async_get_or_create(
        "binary_sensor",
        "stromligning",
        tomorrow.unique_id,
        config_entry=hass.config_entries.async_get_entry("stromligning_entry"),
    )
    show(hass, entity.entity_id, tomorrow)
    await pass_time(hass, freezer, timedelta(minutes=1))
    read = source.reading(AFTERNOON)
    assert Counter(slot.estimated for slot in read) == {False: 47, True: 24}
    assert drawn(read)[:47] == truth(STROMLIGNING)
    source.stop()


async def test_an_action_is_called_until_tomorrow_is_known(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(AFTERNOON - timedelta(hours=3))  # noon
    asked: list[Any] = []
    published = False
    action = NORDPOOL_CORE.action
    assert action is not None

    def answer(hass: HomeAssistant, data: Any) -> dict[str, Any]:
        asked.append((dt_util.now().strftime("%H:%M"), data["date"]))
        if data["date"] == TOMORROW and not published:
            return {area: [] for area in data["areas"]}
        return action.answer(hass, data)

    add(hass, replace(NORDPOOL_CORE, action=replace(action, answer=answer)))
    source = source_of(hass, NORDPOOL_CORE)
    source.start(lambda: None)
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(85):
        await pass_time(hass, freezer, timedelta(minutes=1))
    published = True
    for _ in range(100):
        await pass_time(hass, freezer, timedelta(minutes=1))
    assert asked == [
        ("12:00", TODAY),
        *[(when, day) for when in ("13:00", "13:10", "13:20", "13:30", "14:30") for day in (TODAY, TOMORROW)],
    ]
    assert drawn(source.reading(AFTERNOON)) == truth(NORDPOOL_CORE)
    source.stop()
    await pass_time(hass, freezer, timedelta(hours=3))
    assert len(asked) == 11


async def test_an_action_that_is_not_there_yet_is_waited_for(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    add(hass, replace(TIBBER, action=None))
    source = source_of(hass, TIBBER)
    source.start(lambda: None)
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert source.reading(AFTERNOON) == ()
    assert TIBBER.action is not None
    register(hass, "tibber", TIBBER.action)
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert drawn(source.reading(AFTERNOON)) == truth(TIBBER)
    source.stop()


@pytest.mark.parametrize("error", [HomeAssistantError("away"), TimeoutError(), KeyError("price")])
async def test_an_action_that_fails_takes_nothing_away(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, error: Exception
) -> None:
    add(hass, TIBBER)
    source = source_of(hass, TIBBER)
    heard: list[str] = []
    source.start(lambda: heard.append("!"))
    await hass.async_block_till_done(wait_background_tasks=True)

    def fail(*_: Any) -> dict[str, Any]:
        raise error

    assert TIBBER.action is not None
    register(hass, "tibber", replace(TIBBER.action, answer=fail))
    await pass_time(hass, freezer, timedelta(hours=1))
    assert drawn(source.reading(AFTERNOON)) == truth(TIBBER)
    assert heard == ["!"]
    source.stop()


@pytest.mark.parametrize(
    "answer",
    [
        {"prices": {}},
        {"prices": {"Cabin": [], "Boat": []}},
        {"prices": None},
        {"prices": "none"},
        {},
        {"prices": {"Home": {"start_time": 1}}},
    ],
)
async def test_an_answer_without_prices(hass: HomeAssistant, answer: dict[str, Any]) -> None:
    assert TIBBER.action is not None
    add(hass, replace(TIBBER, action=replace(TIBBER.action, answer=lambda *_: answer)))
    assert await source_of(hass, TIBBER).async_ask() == ()


async def test_the_only_home_is_meant_whatever_it_is_called(hass: HomeAssistant) -> None:
    assert TIBBER.action is not None
    told = [{"start_time": AFTERNOON.isoformat(), "price": 0.2}]
    action = replace(TIBBER.action, answer=lambda *_: {"prices": {"Villa": told}})
    add(hass, replace(TIBBER, action=action))
    assert drawn(await source_of(hass, TIBBER).async_ask()) == [(AFTERNOON, AFTERNOON + HOUR, 0.2)]


@pytest.mark.parametrize(("zone", "days"), [("Europe/Helsinki", 3), ("Europe/Lisbon", 3), ("Europe/Paris", 2)])
async def test_a_market_s_days_are_its_own(hass: HomeAssistant, zone: str, days: int) -> None:
    await hass.config.async_set_time_zone(zone)
    asked: list[Any] = []
    action = NORDPOOL_CORE.action
    assert action is not None

    def answer(hass: HomeAssistant, data: Any) -> dict[str, Any]:
        asked.append(data["date"])
        return action.answer(hass, data)

    add(hass, replace(NORDPOOL_CORE, action=replace(action, answer=answer)))
    source = source_of(hass, NORDPOOL_CORE)
    await source.async_ask()
    assert len(asked) == days
    # The hour that belongs to a day that nobody has published does not make it impatient.
    assert not source._misses(AFTERNOON)


@pytest.mark.parametrize(
    "names",
    [
        ("start", "end", "value"),
        ("startsAt", None, "total"),
        ("from", "till", "price"),
        ("timestamp", None, "price_per_kwh"),
        ("datetime", None, "electricity_price"),
    ],
)
async def test_an_entity_that_nobody_knows_is_read_by_the_usual_names(
    hass: HomeAssistant, names: tuple[str, str | None, str]
) -> None:
    begins, ends, price = names
    told = [
        {begins: start.isoformat(), price: paid, **({} if ends is None else {ends: end.isoformat()}), "level": "LOW"}
        for start, end, paid in rows(TODAY)
    ]
    hass.states.async_set("sensor.mine", "0.2", {"unit_of_measurement": "EUR/kWh", "prices": told, "days": ["today"]})
    source = PriceSource(hass, "any", "sensor.mine")
    heard: list[str] = []
    source.start(lambda: heard.append("!"))
    assert heard == ["!"]
    assert drawn(source.reading(AFTERNOON)) == truth(ENTSOE)[:24]
    source.stop()
    assert find_known(hass, "any", "no entity") is None


async def test_who_is_renamed_while_it_listens_is_heard_on(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    ids = add(hass, replace(ENTSOE, entities=tuple(replace(entity, attributes={}) for entity in ENTSOE.entities)))
    source = source_of(hass, ENTSOE)
    heard: list[str] = []
    source.start(lambda: heard.append("!"))
    er.async_get(hass).async_update_entity(ids["entsoe.home_avg_price"], new_entity_id="sensor.prices")
    await pass_time(hass, freezer, timedelta(minutes=1))
    await pass_time(hass, freezer, timedelta(minutes=1))
    show(hass, "sensor.prices", ENTSOE.entities[1])
    await hass.async_block_till_done()
    assert heard == ["!"]
    assert drawn(source.reading(AFTERNOON)) == truth(ENTSOE)
    source.stop()


async def test_the_night_of_25_hours(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Both hours of two o'clock have their price, in the attributes of PVPC as well."""
    freezer.move_to(datetime(2026, 10, 24, 21, 0, tzinfo=UTC))
    pvpc = next(shape for shape in SHAPES if shape.key == "pvpc")
    prices = {f"price_next_day_{hour:02d}h": 0.1 + hour / 100 for hour in range(24)} | {"price_next_day_02h_d": 0.99}
    add(hass, replace(pvpc, entities=(replace(pvpc.entities[0], attributes=prices),)))
    read = await source_of(hass, pvpc).async_ask()
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert [(slot.start - midnight) // HOUR for slot in read] == list(range(25))
    assert [round(slot.price_per_kwh, 2) for slot in read[:5]] == [0.10, 0.11, 0.12, 0.99, 0.13]


async def test_a_forecast_of_energi_data_service_is_marked(hass: HomeAssistant) -> None:
    entity = ENERGI_DATA_SERVICE.entities[0]
    assert entity.attributes is not None
    later = [{"hour": start, "price": 50.0} for start, _, _ in rows(TOMORROW, TOMORROW + timedelta(1))]
    attributes = {**entity.attributes, "raw_tomorrow": None, "forecast": later}
    add(hass, replace(ENERGI_DATA_SERVICE, entities=(replace(entity, attributes=attributes),)))
    read = await source_of(hass, ENERGI_DATA_SERVICE).async_ask()
    assert Counter((slot.estimated, round(slot.price_per_kwh, 2)) for slot in read if slot.estimated) == {
        (True, 0.5): 47
    }
    assert read[-1].end - read[-1].start == HOUR
