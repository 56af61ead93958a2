"""What the grid emits, from the entities of other integrations, and what is learned of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charging.foresight import carbon_desk
from custom_components.smart_charging.foresight.carbon_desk import CarbonDesk
from custom_components.smart_charging.foresight.price_store import Book, PriceStore
from custom_components.smart_charging.sources.carbon_hints import find_carbon_entities
from custom_components.smart_charging.sources.carbon_history import read_hourly_kg

from .past import remember_power

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""A Thursday; London's clocks show the same."""
HOUR, QUARTER, DAY = timedelta(hours=1), timedelta(minutes=15), timedelta(days=1)
GRID = "sensor.grid"
TODAY, TOMORROW = (f"event.carbon_intensity_london_{day}_day_rates" for day in ("current", "next"))


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)


def tell(hass: HomeAssistant, grams: float | str, entity_id: str = GRID, **attributes: Any) -> None:
    hass.states.async_set(entity_id, str(grams), {"unit_of_measurement": "gCO2eq/kWh"} | attributes)


def rates(hass: HomeAssistant, entity_id: str, start: datetime, *grams: int) -> None:
    """Tell a day in halves of an hour, as an event of BottlecapDave/HomeAssistant-CarbonIntensity does."""
    rows = [
        {"from": start + half * HOUR / 2, "to": start + (half + 1) * HOUR / 2, "intensity_forecast": g}
        for half, g in enumerate(grams)
    ]
    hass.states.async_set(entity_id, "2026-01-15T11:30:00.000+00:00", {"event_type": "rates", "rates": rows})


class Desk:
    """A desk that has begun, and how often it had news."""

    def __init__(self, hass: HomeAssistant, store: PriceStore, *entity_ids: str) -> None:
        self.store = store
        self.desk = CarbonDesk(hass, entity_ids or (GRID,), store)
        self.news = 0

    async def start(self, hass: HomeAssistant) -> Desk:
        self.desk.start(self._heard)
        await hass.async_block_till_done(wait_background_tasks=True)
        return self

    def _heard(self) -> None:
        self.news += 1

    def drawn(self, hours: float = 2, at: datetime = NOON) -> list[str]:
        """From when to when, in hours from `at` on, and how many grams; `~` marks a guess."""
        return [
            f"{(it.start - at) / HOUR:g}-{(it.end - at) / HOUR:g} {'~' if it.estimated else ''}{1000 * it.kg_per_kwh:.0f}"
            for it in self.desk.slots(at, at + hours * HOUR, at)
        ]


async def begin(hass: HomeAssistant, *entity_ids: str) -> Desk:
    await hass.config.async_set_time_zone("Europe/London")
    store = PriceStore(hass, "entry")
    await store.async_load()
    return await Desk(hass, store, *entity_ids).start(hass)


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, now: datetime) -> None:
    freezer.move_to(now)
    async_fire_time_changed(hass, now)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_the_forecast_of_two_events(hass: HomeAssistant) -> None:
    rates(hass, TODAY, NOON, 120, 95)
    rates(hass, TOMORROW, NOON + HOUR, 60)
    at_home = await begin(hass, TODAY, TOMORROW)
    assert (at_home.drawn(), at_home.news) == (["0-0.5 120", "0.5-1 95", "1-1.5 60"], 1)
    # It falls silent, or tells the same again, or something else.
    hass.states.async_set(TOMORROW, "unavailable")
    rates(hass, TODAY, NOON, 120, 95)
    await hass.async_block_till_done()
    assert (at_home.drawn(), at_home.news) == (["0-0.5 120", "0.5-1 95", "1-1.5 60"], 1)
    rates(hass, TODAY, NOON, 130, 95)
    await hass.async_block_till_done()
    assert (at_home.drawn()[0], at_home.news) == ("0-0.5 130", 2)
    at_home.desk.stop()
    rates(hass, TODAY, NOON, 150, 95)
    await hass.async_block_till_done()
    assert (at_home.drawn()[0], at_home.news) == ("0-0.5 130", 2)


async def test_a_figure_of_now_beside_a_forecast_is_only_taken_where_that_says_nothing(hass: HomeAssistant) -> None:
    tell(hass, 300)
    rates(hass, TODAY, NOON, 120)
    at_home = await begin(hass, TODAY, GRID)
    assert at_home.drawn() == ["0-0.5 120"]
    at_home.desk.stop()


@pytest.mark.parametrize(
    ("grams", "attributes"),
    [
        pytest.param("unavailable", {}, id="silent"),
        pytest.param(-5, {}, id="less than nothing"),
        pytest.param(250, {"unit_of_measurement": "EUR/MWh"}, id="a price"),
        pytest.param("low", {"forecast": [{"start": NOON, "value": 5}], "unit_of_measurement": "%"}, id="a share"),
    ],
)
async def test_what_is_no_figure(hass: HomeAssistant, grams: float | str, attributes: dict[str, Any]) -> None:
    tell(hass, grams, **attributes)
    at_home = await begin(hass)
    assert at_home.drawn() == []
    at_home.desk.stop()


async def test_a_figure_of_now_holds_for_a_quarter_and_is_learned_from(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Electricity Maps (co2signal) tells only what is now: four quarters make an hour, and yesterday's hour a guess."""
    tell(hass, 100)
    at_home = await begin(hass)
    assert at_home.drawn() == ["0-0.25 100"]
    for quarter, grams in enumerate((200, 300, 400, 50), 1):
        tell(hass, grams)
        await pass_time(hass, freezer, NOON + quarter * QUARTER)
    assert at_home.store.kept(GRID, Book.CARBON).history == {NOON: pytest.approx(0.2375)}
    assert at_home.drawn(at=NOON + DAY) == ["0-1 ~238"]
    assert at_home.desk.slots(NOON, NOON + HOUR, NOON + DAY)[0].kg_per_kwh == pytest.approx(0.2)

    # It is known after a restart, and of another entity nothing is.
    await at_home.store.async_save()
    at_home.desk.stop()
    hass.states.async_remove(GRID)
    again = await begin(hass)
    assert again.drawn(at=NOON + DAY) == ["0-1 ~238"]
    assert again.drawn(0.5) == ["0-0.25 200", "0.25-0.5 300"]
    again.desk.stop()
    other = await begin(hass, "sensor.other")
    assert other.drawn(at=NOON + DAY) == []
    other.desk.stop()


async def test_a_quarter_that_nobody_told_makes_no_hour(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    tell(hass, 100)
    at_home = await begin(hass)
    hass.states.async_set(GRID, "unavailable")
    await pass_time(hass, freezer, NOON + QUARTER)
    for quarter in (2, 3, 4):
        await pass_time(hass, freezer, NOON + quarter * QUARTER)
        tell(hass, 100 + quarter)
    assert at_home.store.kept(GRID, Book.CARBON).history == {}
    at_home.desk.stop()


async def test_asked_before_it_begins(hass: HomeAssistant) -> None:
    tell(hass, 100)
    at_home = Desk(hass, PriceStore(hass, "entry"))
    assert at_home.drawn() == []
    at_home.desk.ask()
    assert (at_home.drawn(), at_home.news) == (["0-0.25 100"], 0)


@pytest.mark.usefixtures("recorder_mock")
async def test_the_recorder_knows_what_was(hass: HomeAssistant) -> None:
    """Two Thursdays of the last weeks, and an hour of yesterday."""
    past = {NOON - 14 * DAY + HOUR: 80.0, NOON - 7 * DAY + HOUR: 120.0, NOON - DAY: 300.0}
    await remember_power(hass, GRID, past, unit="gCO2eq/kWh")
    await remember_power(hass, "sensor.price", past, unit="EUR/kWh")
    assert await read_hourly_kg(hass, ["sensor.price", "sensor.gone", GRID], NOON - 21 * DAY, NOON) == pytest.approx(
        {hour: grams / 1000 for hour, grams in past.items()}
    )
    assert await read_hourly_kg(hass, ["sensor.price"], NOON - 21 * DAY, NOON) == {}
    assert await read_hourly_kg(hass, [GRID], NOON - 2 * HOUR, NOON) == {}

    tell(hass, 250)
    at_home = await begin(hass)
    assert at_home.drawn() == ["0-0.25 250", "0.25-1 ~300", "1-2 ~100"]
    assert at_home.news == 2
    at_home.desk.stop()
    # It is learned once.
    again = await Desk(hass, at_home.store).start(hass)
    assert again.news == 0
    again.desk.stop()


async def test_without_a_recorder_nothing_was(hass: HomeAssistant) -> None:
    assert await read_hourly_kg(hass, [GRID], NOON - DAY, NOON) == {}


async def test_a_recorder_that_fails_is_no_reason_not_to_listen(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> dict[datetime, float]:
        raise OSError("the disk is full")

    monkeypatch.setattr(carbon_desk, "read_hourly_kg", fail)
    caplog.set_level("DEBUG")
    tell(hass, 100)
    at_home = await begin(hass)
    assert at_home.drawn() == ["0-0.25 100"]
    assert "the disk is full" in caplog.text
    at_home.desk.stop()


def known(hass: HomeAssistant, platform: str, unique_id: str, domain: str = "sensor", *, disabled: bool = False) -> str:
    by = er.RegistryEntryDisabler.INTEGRATION if disabled else None
    return er.async_get(hass).async_get_or_create(domain, platform, unique_id, disabled_by=by).entity_id


async def test_what_is_suggested(hass: HomeAssistant) -> None:
    """The ids are those of the integrations' own sources; whoever has a forecast comes first."""
    assert find_carbon_entities(hass) == []
    now = known(hass, "co2signal", "01ABC_co2intensity")
    known(hass, "co2signal", "01ABC_fossilFuelPercentage")
    assert find_carbon_entities(hass) == [now]
    danish = known(hass, "energidataservice", "energi_data_service_co2_01abc")
    known(hass, "energidataservice", "energi_data_service_01abc")
    assert find_carbon_entities(hass) == [danish]
    known(hass, "national_grid", "01ABC_carbon_intensity")
    british = known(hass, "national_grid", "01ABC_carbon_intensity_forecast")
    assert find_carbon_entities(hass) == [british]
    # The events of this one are switched off until somebody switches them on.
    known(hass, "carbon_intensity", "carbon_intensity_London_current_rating")
    known(hass, "carbon_intensity", "carbon_intensity_London_current_day_rates", "event", disabled=True)
    assert find_carbon_entities(hass) == [british]
    regional = known(hass, "national_grid", "01ABC_regional_carbon_intensity")
    assert find_carbon_entities(hass) == [regional]
    tomorrow = known(hass, "carbon_intensity", "carbon_intensity_London_next_day_rates", "event")
    assert find_carbon_entities(hass) == [tomorrow]
