"""The outlook of a home with a real recorder, an energy dashboard and somebody who forecasts its sun."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smart_charging.configuration.setup import read_setup
from custom_components.smart_charging.const import DOMAIN, ROOT_CIRCUIT
from custom_components.smart_charging.engine.model.home_battery import EFFICIENCY
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.outlook import WIDE_KW, Blank, Outlook
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.foresight import outlooks
from custom_components.smart_charging.foresight.house_hours import HouseHours
from custom_components.smart_charging.foresight.outlooks import HORIZON, Outlooks

from .parts import SITE, charger, part
from .past import remember_energy, remember_power, set_up_dashboard
from .sun import Oracle

NOW: Final = datetime(2026, 6, 1, 10, 2, tzinfo=UTC)
MIDNIGHT: Final = datetime(2026, 6, 1, tzinfo=UTC)
GARAGE: Final = "garage_id"
HOUR: Final = timedelta(hours=1)
GRID: Final = {"type": "grid", "stat_energy_from": "sensor.imported", "stat_energy_to": None}


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def each_hour(of: Callable[[datetime], float], days: int = 8) -> dict[datetime, float]:
    hours = ((NOW - timedelta(days=days)).replace(minute=0) + number * HOUR for number in range(days * 24))
    return {start: of(start) for start in hours}


def dinner(start: datetime) -> float:
    """A kW at seven in the evening, else 0.3."""
    return 1.0 if start.hour == 19 else 0.3


@pytest.fixture(autouse=True)
def begin(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


async def make(hass: HomeAssistant, *chargers: Any, options: Mapping[str, Any] | None = None) -> Outlooks:
    await hass.config.async_set_time_zone("UTC")
    entry = MockConfigEntry(domain=DOMAIN, data=SITE, options=dict(options or {}), subentries_data=chargers)
    kept = HouseHours(hass, "entry")
    await kept.async_load()
    return Outlooks(hass, read_setup(entry), kept)


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


async def read(hass: HomeAssistant, outlooks: Outlooks) -> Outlook:
    """Let it read once."""
    outlooks.start(lambda: None)
    await settle(hass)
    outlook = outlooks.outlook(NOW)
    await outlooks.stop()
    return outlook


async def next_hour(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.tick(HOUR)
    async_fire_time_changed(hass)
    await settle(hass)


@pytest.mark.usefixtures("recorder_mock")
async def test_a_house_with_a_roof_and_a_car(hass: HomeAssistant) -> None:
    oracle = Oracle(hass)
    oracle.tell({at(day + hour): wh for day, wh in ((0, 2000.0), (24, 3000.0)) for hour in range(6, 18)})
    await set_up_dashboard(
        hass,
        {**GRID, "stat_energy_to": "sensor.exported"},
        {"type": "solar", "stat_energy_from": "sensor.solar", "config_entry_solar_forecast": [oracle.entry_id]},
    )
    car = er.async_get(hass).async_get_or_create("sensor", DOMAIN, f"{GARAGE}_power")
    sun = each_hour(lambda start: 1.0 if 6 <= start.hour < 18 else 0.0)
    taken = each_hour(lambda start: 3.7 if start.hour < 3 else 0.0)
    grid = {start: dinner(start) + taken[start] - sun[start] for start in sun}
    await remember_energy(hass, "sensor.imported", {start: max(0.0, kw) for start, kw in grid.items()})
    await remember_energy(hass, "sensor.exported", {start: max(0.0, -kw) for start, kw in grid.items()})
    await remember_energy(hass, "sensor.solar", sun)
    await remember_power(hass, car.entity_id, {start: kw * 1000 for start, kw in taken.items()})

    outlook = await read(hass, await make(hass, part("charger", GARAGE, charger())))

    assert outlook.blanks == frozenset()
    assert outlook.base_kw(at(25), at(26)) == pytest.approx(0.3, abs=0.02)
    assert outlook.base_kw(at(19), at(20)) == pytest.approx(1.0, abs=0.02)
    assert outlook.high_base_kw(at(25), at(26)) == pytest.approx(0.3, abs=0.05)
    # It gave half of what was forecast for six until ten; a fifth of the day's forecast counts as if it had come.
    share = (4 * 1.0 + 0.2 * 24) / (4 * 2.0 + 0.2 * 24)
    assert outlook.surplus_kw(at(12), at(13)) == pytest.approx(2.0 * share - 0.3, abs=0.02)
    assert outlook.surplus_kw(at(36), at(37)) == pytest.approx(3.0 - 0.3, abs=0.02)
    assert outlook.surplus_kw(at(20), at(21)) == 0
    assert outlook.surplus_kw(at(60), at(61)) == 0


async def test_without_a_recorder_nothing_is_known_and_nothing_breaks(hass: HomeAssistant) -> None:
    outlook = await read(hass, await make(hass, part("charger", GARAGE, charger())))
    assert outlook.blanks == {Blank.BASE_LOAD}
    assert outlook.base_kw(at(12), at(13)) == 0
    assert outlook.high_base_kw(at(12), at(13)) == WIDE_KW
    assert outlook.surplus_kw(at(12), at(13)) == 0


async def test_an_outlook_begins_with_the_quarter_that_runs(hass: HomeAssistant) -> None:
    outlook = (await make(hass)).outlook(NOW + timedelta(minutes=20))
    assert outlook.steps[0].start == at(10.25)
    assert outlook.steps[-1].end == at(10.25) + HORIZON


@pytest.mark.parametrize(
    ("evening", "dinner_at"),
    [
        pytest.param(datetime(2026, 3, 28, 20, tzinfo=UTC), 17, id="a night of 23 hours"),
        pytest.param(datetime(2026, 10, 24, 20, tzinfo=UTC), 18, id="a night of 25 hours"),
    ],
)
@pytest.mark.usefixtures("recorder_mock")
async def test_dinner_is_at_seven_by_the_clock_on_the_wall(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, evening: datetime, dinner_at: int
) -> None:
    freezer.move_to(evening)
    outlooks = await make(hass)
    await hass.config.async_set_time_zone("Europe/Paris")
    hours = (evening - timedelta(days=8) + number * HOUR for number in range(8 * 24))
    await remember_power(hass, "sensor.grid", {start: 1000 * dinner(dt_util.as_local(start)) for start in hours})
    await read(hass, outlooks)
    outlook = outlooks.outlook(evening)
    assert all(earlier.end == later.start for earlier, later in pairwise(outlook.steps))
    midnight = evening.replace(hour=0) + timedelta(days=1)
    dined = [hour for hour in range(24) if outlook.base_kw(midnight + hour * HOUR, midnight + (hour + 1) * HOUR) > 0.9]
    assert dined == [dinner_at]


async def test_the_own_meter_tells_where_nobody_keeps_statistics(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    outlooks = await make(hass)
    changes: list[int] = []
    outlooks.start(lambda: changes.append(1))
    await settle(hass)
    for minute in range(61):
        seen = NOW.replace(minute=0) + timedelta(minutes=minute)
        reading = MeterReading(at=seen, power_w=800.0)
        outlooks.note(SiteSnapshot(at=seen, meters={ROOT_CIRCUIT: reading}))
    await next_hour(hass, freezer)
    outlook = outlooks.outlook(NOW + HOUR)
    await outlooks.stop()
    same_hour = NOW.replace(minute=0) + timedelta(days=1)
    assert outlook.base_kw(same_hour, same_hour + HOUR) == pytest.approx(0.8)
    # One hour tells nothing of the others.
    assert outlook.base_kw(same_hour + 5 * HOUR, same_hour + 6 * HOUR) == 0
    assert outlook.high_base_kw(same_hour, same_hour + HOUR) == pytest.approx(0.8 + WIDE_KW)
    assert changes == [1]


@pytest.mark.parametrize(
    ("source", "shares"),
    [
        pytest.param(GRID, {Phase.L1: 0.8, Phase.L2: 0.1, Phase.L3: 0.1}, id="no roof"),
        pytest.param({"type": "solar", "stat_energy_from": "sensor.solar"}, {}, id="by day, below a roof"),
    ],
)
async def test_where_the_load_lies_is_told_by_a_meter_that_tells_phases(
    hass: HomeAssistant, hass_storage: dict[str, Any], source: dict[str, Any], shares: Mapping[Phase, float]
) -> None:
    known = {"hours": 23, "kw": {"l1": 0.8, "l2": 0.1, "l3": 0.1}}
    key = "smart_charging.entry.house_hours"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"phases": known}}
    await set_up_dashboard(hass, source)
    outlooks = await make(hass)
    await hass.config.async_update(latitude=48.0, longitude=2.0)
    await read(hass, outlooks)
    for minute in range(61):
        seen = NOW.replace(minute=0) + timedelta(minutes=minute)
        reading = MeterReading(at=seen, current_a={Phase.L1: 8.0, Phase.L2: 1.0, Phase.L3: 1.0})
        outlooks.note(SiteSnapshot(at=seen, meters={ROOT_CIRCUIT: reading}))
    assert outlooks.outlook(NOW + HOUR).shares == pytest.approx(shares)
    await outlooks.stop()


@pytest.mark.usefixtures("recorder_mock")
async def test_it_is_read_each_hour_until_it_is_stopped(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await remember_power(hass, "sensor.grid", each_hour(lambda _: 500.0))
    outlooks = await make(hass)
    changes: list[float] = []
    outlooks.start(lambda: changes.append(outlooks.outlook(NOW).base_kw(at(12), at(13))))
    await settle(hass)
    assert changes == [pytest.approx(0.5)]
    await next_hour(hass, freezer)
    assert len(changes) == 1
    await remember_power(hass, "sensor.grid", each_hour(lambda _: 700.0))
    await next_hour(hass, freezer)
    assert changes[1:] == [pytest.approx(0.7)]
    await outlooks.stop()
    await remember_power(hass, "sensor.grid", each_hour(lambda _: 900.0))
    await next_hour(hass, freezer)
    assert len(changes) == 2


async def test_nothing_is_read_before_home_assistant_has_started(hass: HomeAssistant) -> None:
    oracle = Oracle(hass)
    oracle.tell({at(12): 3000})
    await set_up_dashboard(
        hass, {"type": "solar", "stat_energy_from": "sensor.solar", "config_entry_solar_forecast": [oracle.entry_id]}
    )
    hass.set_state(CoreState.starting)
    outlooks = await make(hass)
    outlooks.start(lambda: None)
    await settle(hass)
    assert oracle.asked == 0
    await outlooks.stop()


async def test_a_forecast_that_fails_stays_as_it_was(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    oracle = Oracle(hass)
    oracle.tell({at(hour): 3000 for hour in (12, 13)})
    await set_up_dashboard(
        hass, {"type": "solar", "stat_energy_from": "sensor.solar", "config_entry_solar_forecast": [oracle.entry_id]}
    )
    outlooks = await make(hass)
    outlooks.start(lambda: None)
    await settle(hass)
    oracle.told = None
    await next_hour(hass, freezer)
    told = {step.start: step.solar_kw for step in outlooks.outlook(NOW).steps}
    assert (told[at(12)], told[at(13.75)], told[at(14)]) == (3.0, 3.0, None)
    assert Blank.SOLAR not in outlooks.outlook(NOW).blanks
    assert Blank.SOLAR in outlooks.outlook(at(14)).blanks
    await outlooks.stop()


@pytest.mark.usefixtures("recorder_mock")
async def test_what_cannot_be_read_is_said_once_and_keeps_nobody_else_from_being_read(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*_: object) -> Any:
        raise OSError("the disk is full")

    oracle = Oracle(hass)
    oracle.tell({at(12): 3000})
    await set_up_dashboard(
        hass, {"type": "solar", "stat_energy_from": "sensor.solar", "config_entry_solar_forecast": [oracle.entry_id]}
    )
    made = await make(hass)
    with monkeypatch.context() as broken:
        broken.setattr(outlooks, "read_house_hours", fail)
        made.start(lambda: None)
        await settle(hass)
        await next_hour(hass, freezer)
    assert caplog.text.count("could not be read") == 1
    assert made.outlook(at(12)).steps[0].solar_kw == pytest.approx(3.0)
    await next_hour(hass, freezer)
    assert made._failed == set()
    await made.stop()


BATTERY: Final = {
    "type": "battery",
    "stat_energy_from": "sensor.discharged",
    "stat_energy_to": "sensor.charged",
    "stat_soc": "sensor.charge",
}
OWN_BATTERY: Final = {"battery_power": "sensor.battery", "battery_soc": "sensor.soc"}


@pytest.mark.parametrize(
    ("battery", "options", "surplus", "blanks"),
    [
        pytest.param(None, {}, 2.5, set(), id="no battery"),
        pytest.param(BATTERY | {"capacity": 4.0}, {}, 2.5 - 2.0 / EFFICIENCY, set(), id="half full: it fills first"),
        pytest.param(
            BATTERY | {"capacity": 4.0}, OWN_BATTERY, 2.5 - 0.4 / EFFICIENCY, set(), id="the user's own sensor"
        ),
        pytest.param(BATTERY | {"capacity": 4.0}, OWN_BATTERY | {"solar_first": "car"}, 2.5, set(), id="the car first"),
        pytest.param(BATTERY, {}, 2.5, {Blank.BATTERY}, id="of unknown capacity: a note"),
        pytest.param(None, OWN_BATTERY, 2.5, {Blank.BATTERY}, id="that only the user told of: a note"),
    ],
)
@pytest.mark.usefixtures("recorder_mock")
async def test_the_home_battery_goes_first(
    hass: HomeAssistant,
    battery: Mapping[str, Any] | None,
    options: Mapping[str, Any],
    surplus: float,
    blanks: set[Blank],
) -> None:
    oracle = Oracle(hass)
    oracle.tell({at(10): 3000, at(11): 500, at(12): 500})
    hass.states.async_set("sensor.charge", "50")
    hass.states.async_set("sensor.soc", "90")
    still = each_hour(lambda _: 0.0)
    for statistic_id in ("sensor.solar", "sensor.discharged", "sensor.charged"):
        await remember_energy(hass, statistic_id, still)
    await remember_power(hass, "sensor.battery", still)
    await remember_energy(hass, "sensor.imported", each_hour(lambda _: 0.5))
    roof = {"type": "solar", "stat_energy_from": "sensor.solar", "config_entry_solar_forecast": [oracle.entry_id]}
    await set_up_dashboard(hass, GRID, roof, *([battery] if battery else []))
    outlook = await read(hass, await make(hass, options=options))
    assert outlook.blanks == blanks
    assert outlook.surplus_kw(at(10), at(11)) == pytest.approx(surplus, abs=0.01)
