"""Off-peak hours, as their entity tells: silence is waited out, and then nobody is held back any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.sources.off_peak import HELD, OffPeakSource

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCHEDULE = "schedule.cheap"
LATER = NOW + timedelta(hours=3)
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "next_event", "expected"),
    [
        pytest.param("on", None, OffPeak(cheap=True), id="cheap"),
        pytest.param("off", None, OffPeak(cheap=False), id="dear"),
        pytest.param("off", LATER, OffPeak(cheap=False, changes_at=LATER), id="until a moment"),
        pytest.param("on", "2026-03-01T16:00:00+01:00", OffPeak(cheap=True, changes_at=LATER), id="told as text"),
        pytest.param("on", NOW, OffPeak(cheap=True), id="a moment that is over"),
        pytest.param("on", "soon", OffPeak(cheap=True), id="no moment"),
        pytest.param("on", 17, OffPeak(cheap=True), id="no moment at all"),
    ],
)
async def test_what_is_told(hass: HomeAssistant, state: str, next_event: Any, expected: OffPeak) -> None:
    hass.states.async_set(SCHEDULE, state, {"next_event": next_event})
    assert OffPeakSource(hass, SCHEDULE).reading(NOW) == expected


@pytest.mark.parametrize("said", [None, "unknown", "unavailable", "HC"])
async def test_who_has_not_spoken_yet_is_waited_for(hass: HomeAssistant, said: str | None) -> None:
    source = OffPeakSource(hass, SCHEDULE)
    if said is not None:
        hass.states.async_set(SCHEDULE, said)
    assert source.reading(NOW) == OffPeak(cheap=False)
    assert source.reading(NOW + HELD) == OffPeak(cheap=False)
    assert source.reading(NOW + HELD + MOMENT) is None
    hass.states.async_set(SCHEDULE, "off")
    assert source.reading(NOW + HELD + MOMENT) == OffPeak(cheap=False)


async def test_who_falls_silent_is_believed_for_a_while(hass: HomeAssistant) -> None:
    source = OffPeakSource(hass, SCHEDULE)
    hass.states.async_set(SCHEDULE, "on")
    assert source.reading(NOW) == OffPeak(cheap=True)
    hass.states.async_set(SCHEDULE, "unavailable")
    assert source.reading(NOW + HELD) == OffPeak(cheap=True)
    assert source.reading(NOW + HELD + MOMENT) is None


async def test_a_change_is_told(hass: HomeAssistant) -> None:
    told: list[str] = []
    source = OffPeakSource(hass, SCHEDULE)
    source.start(lambda: told.append("!"))
    steps: list[tuple[str, dict[str, Any]]] = [
        ("off", {}),
        ("off", {"icon": "mdi:cash"}),
        ("off", {"next_event": LATER}),
        ("on", {"next_event": LATER}),
    ]
    heard: list[int] = []
    for state, attributes in steps:
        hass.states.async_set(SCHEDULE, state, attributes)
        await hass.async_block_till_done()
        heard.append(len(told))
    assert heard == [1, 1, 2, 3]
    hass.states.async_remove(SCHEDULE)
    await hass.async_block_till_done()
    source.stop()
    hass.states.async_set(SCHEDULE, "on")
    await hass.async_block_till_done()
    assert len(told) == 4
