"""What is kept of a month's peaks: written, read again, and never in the way when it cannot be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charging.engine.accounting.peaks import DayPeak, PeaksSeen, Sample, Window
from custom_components.smart_charging.foresight.peak_store import PeakStore

KEY = "smart_charging.entry.peaks"
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
FLANDERS, SWEDEN = "flanders 15", "sweden 60"
MAY = datetime(2026, 4, 30, 22, tzinfo=UTC)
NOON = MAY + 12 * HOUR
SEEN = PeaksSeen(
    window=Window(start=NOON, kwh=0.5, seen=timedelta(seconds=300.5)),
    days={MAY: DayPeak(kw=4.25, start=NOON - QUARTER), MAY + 24 * HOUR: DayPeak(kw=2.0, start=MAY + 24 * HOUR)},
)


async def load(hass: HomeAssistant) -> PeakStore:
    store = PeakStore(hass, "entry")
    await store.async_load()
    return store


async def test_everything_is_read_again_but_the_last_sample(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    store.keep(FLANDERS, PeaksSeen(window=SEEN.window, days=SEEN.days, last=Sample(at=NOON, kw=3.0)))
    await store.async_save()
    assert (await load(hass)).seen(FLANDERS) == SEEN
    assert len(str(hass_storage[KEY]["data"])) < 200
    await store.async_remove()
    assert KEY not in hass_storage


async def test_peaks_of_another_tariff_tell_nothing(hass: HomeAssistant) -> None:
    store = await load(hass)
    store.keep(FLANDERS, SEEN)
    assert store.seen(SWEDEN) == PeaksSeen()


async def test_before_the_first_window_there_is_none(hass: HomeAssistant) -> None:
    store = await load(hass)
    store.keep(FLANDERS, PeaksSeen())
    await store.async_save()
    assert (await load(hass)).seen(FLANDERS) == PeaksSeen()


async def test_nothing_new_is_nothing_to_write(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await (await load(hass)).async_save()
    assert KEY not in hass_storage


async def test_a_peak_is_written_soon_and_a_window_is_not(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> None:
    async def wait() -> None:
        freezer.tick(timedelta(minutes=6))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    store = await load(hass)
    store.keep(FLANDERS, PeaksSeen(window=SEEN.window))
    await wait()
    assert KEY not in hass_storage
    store.keep(FLANDERS, SEEN)
    await wait()
    assert (await load(hass)).seen(FLANDERS) == SEEN


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"window_s": 900},
        {"window_s": "x", "running": None, "days": []},
        {"window_s": 900, "running": [1], "days": []},
        {"window_s": 900, "running": None, "days": [[10**30, 1, 1]]},
        {"window_s": 900, "running": None, "days": [[1, "x", 1]]},
        {"window_s": 900, "running": None, "days": 1},
    ],
)
async def test_what_cannot_be_read_was_never_there(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": data}
    assert (await load(hass)).seen(FLANDERS) == PeaksSeen()
