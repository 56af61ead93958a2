"""What the house took by its own meter: counted by the hour, and kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.accounting.base_load import KEPT_DAYS
from custom_components.smart_charging.engine.accounting.phase_loads import PhaseLoads
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.foresight.house_hours import HouseHours

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "smart_charging.entry.house_hours"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def load(hass: HomeAssistant) -> HouseHours:
    kept = HouseHours(hass, "entry")
    await kept.async_load()
    return kept


def live(kept: HouseHours, *kw: float | None, since: datetime = NOON) -> None:
    """Let the meter tell such a power for so many minutes each, one after another, and once more."""
    for number, value in enumerate((*kw, kw[-1])):
        kept.note(since + number * MINUTE, value)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param([0.4] * 60, 0.4, id="all the same"),
        pytest.param([0.4] * 30 + [2.0] * 30, 1.2, id="half and half"),
        pytest.param([None] * 15 + [0.4] * 45, 0.4, id="three quarters are enough"),
        pytest.param([None] * 16 + [0.4] * 44, None, id="less is not"),
        pytest.param([-1.0] * 60, -1.0, id="the roof gives more"),
        pytest.param([0.4] * 59, None, id="it is not over"),
    ],
)
async def test_an_hour_is_the_mean_of_what_was_told(
    hass: HomeAssistant, minutes: list[float | None], expected: float | None
) -> None:
    kept = await load(hass)
    live(kept, *minutes)
    assert kept.hours_kw == ({} if expected is None else {NOON: pytest.approx(expected)})


async def test_a_value_holds_for_a_minute_at_most(hass: HomeAssistant) -> None:
    kept = await load(hass)
    live(kept, *[0.4] * 50)
    kept.note(NOON + 3 * HOUR, 5.0)
    assert kept.hours_kw == {NOON: pytest.approx(0.4)}


async def test_time_that_goes_back_is_no_time(hass: HomeAssistant) -> None:
    kept = await load(hass)
    live(kept, *[0.4] * 30)
    live(kept, *[0.4] * 10)
    live(kept, *[0.4] * 10, since=NOON + 50 * MINUTE)
    assert kept.hours_kw == {NOON: pytest.approx(0.4)}


async def test_it_is_read_again(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    kept = await load(hass)
    live(kept, *[0.41234] * 60)
    live(kept, *[1.5] * 60, since=NOON + 3 * HOUR)
    await kept.async_save()
    assert hass_storage[KEY]["data"] == {"first": NOON.isoformat(), "kw": [0.412, None, None, 1.5]}
    assert (await load(hass)).hours_kw == {NOON: 0.412, NOON + 3 * HOUR: 1.5}


async def test_what_is_too_old_goes(hass: HomeAssistant) -> None:
    kept = await load(hass)
    for days in (0, KEPT_DAYS, KEPT_DAYS + 1):
        live(kept, *[0.4] * 60, since=NOON + timedelta(days=days))
    assert set(kept.hours_kw) == {NOON + timedelta(days=days) for days in (KEPT_DAYS, KEPT_DAYS + 1)}


async def test_nothing_new_is_nothing_to_write(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await (await load(hass)).async_save()
    assert KEY not in hass_storage


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"first": "noon", "kw": [1]},
        {"first": NOON.isoformat()},
        {"first": NOON.isoformat(), "kw": ["x", None]},
        {"phases": None},
        {"phases": {"hours": 3}},
        {"phases": {"hours": 3, "kw": [1.0]}},
        {"phases": {"hours": 3, "kw": {"l4": 1.0}}},
        {"phases": {"hours": "many", "kw": {"l1": 1.0}}},
    ],
)
async def test_what_cannot_be_read_was_never_there(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": data}
    kept = await load(hass)
    assert kept.hours_kw == {}
    assert kept.phase_loads == PhaseLoads()


ON_PHASES = {Phase.L1: 0.8, Phase.L2: 0.1, Phase.L3: 0.1}


@pytest.mark.parametrize(
    ("known_minutes", "hours"),
    [
        pytest.param(60, 1, id="all of the hour"),
        pytest.param(45, 1, id="enough of it"),
        pytest.param(44, 0, id="not enough"),
    ],
)
async def test_what_each_phase_carries(
    hass: HomeAssistant, hass_storage: dict[str, Any], known_minutes: int, hours: int
) -> None:
    """It is known at times at which the whole is not, and the other way round."""
    kept = await load(hass)
    for minute in range(61):
        kept.note(NOON + minute * MINUTE, None, ON_PHASES if minute < known_minutes else None)
    assert kept.phase_loads.hours == hours
    assert kept.hours_kw == {}
    await kept.async_save()
    if hours:
        assert hass_storage[KEY]["data"] == {"phases": {"hours": 1, "kw": {"l1": 0.8, "l2": 0.1, "l3": 0.1}}}
    again = (await load(hass)).phase_loads
    assert (again.hours, dict(again.kw)) == (hours, pytest.approx(ON_PHASES) if hours else {})


async def test_it_is_deleted(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    kept = await load(hass)
    live(kept, *[0.4] * 60)
    await kept.async_save()
    await kept.async_remove()
    assert KEY not in hass_storage
