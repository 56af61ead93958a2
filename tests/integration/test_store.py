"""What is kept over restarts: written, read again, and never in the way when it cannot be read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.override import Override, OverrideEnd
from custom_components.smart_charging.engine.model.pause_habit import PauseHabit
from custom_components.smart_charging.store import ChosenPriority, Shed, SiteStore

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "smart_charging.entry"


async def load(hass: HomeAssistant) -> SiteStore:
    store = SiteStore(hass, "entry")
    await store.async_load()
    return store


async def test_everything_is_read_again(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    override = Override(mode=Mode.FAST, since=AT, end=OverrideEnd.ENERGY, energy_kwh=7.0, start_kwh=1.0)
    shed = Shed(entity_id="climate.hall", before="heat", since=AT)
    store.set_mode("garage", Mode.SOLAR)
    store.set_override("garage", override)
    store.set_priority("garage", ChosenPriority(priority=3, configured=0))
    store.set_shed("hall", shed)
    habit = PauseHabit(continuous=True, configured=False, seen_at=AT)
    store.set_pause_habit("zoe", habit)
    store.set_interrupted({"garage": Means.DISABLE})
    await store.async_save()
    assert KEY in hass_storage
    again = await load(hass)
    assert again.mode("garage") is Mode.SOLAR
    assert again.overrides == {"garage": override}
    assert again.priorities == {"garage": ChosenPriority(priority=3, configured=0)}
    assert again.sheds == {"hall": shed}
    assert again.interrupted == {"garage": Means.DISABLE}
    assert again.pause_habits == {"zoe": habit}


async def test_what_is_over_is_not_kept(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    store.set_override("garage", Override(mode=Mode.FAST, since=AT))
    store.set_shed("hall", Shed(entity_id="climate.hall", before="heat", since=AT))
    before = store.sheds
    store.set_override("garage", None)
    store.set_shed("hall", None)
    await store.async_save()
    assert hass_storage[KEY]["data"]["overrides"] == hass_storage[KEY]["data"]["sheds"] == {}
    assert set(before) == {"hall"}


async def test_nothing_new_is_nothing_to_write(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    store.set_override("garage", None)
    store.set_shed("hall", None)
    store.set_interrupted({})
    await store.async_save()
    assert KEY not in hass_storage


@pytest.mark.parametrize("part", ["sessions", "overrides", "priorities", "sheds"])
@pytest.mark.parametrize("stored", [None, [], "?", {"garage": None}, {"garage": {"since": "yesterday"}}])
async def test_what_cannot_be_read_is_as_if_it_had_never_been(
    hass: HomeAssistant, hass_storage: dict[str, Any], part: str, stored: Any
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": {"modes": {"a": "off"}, part: stored}}
    store = await load(hass)
    assert store.mode("a") is Mode.OFF
    assert not {**store.overrides, **store.priorities, **store.sheds}


@pytest.mark.parametrize(("part", "stored"), [("modes", {"a": "warp"}), ("interrupted", {"a": "shout"})])
async def test_a_word_that_is_not_known_is_left_out(
    hass: HomeAssistant, hass_storage: dict[str, Any], part: str, stored: dict[str, str]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": {part: stored}}
    store = await load(hass)
    assert store.mode("a") is Mode.FAST
    assert store.interrupted == {}
