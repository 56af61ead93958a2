"""When a schedule or a calendar of Home Assistant will be on: asked of the real schedule, and of any calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charging.sources.limit_hours import ASKED_EVERY, SignalHours

FRIDAY = datetime(2026, 3, 27, 17, tzinfo=UTC)
"""18:00 in Madrid, of a weekend on which clocks go forward."""
WEEKDAY = [{"from": "08:00:00", "to": "24:00:00"}]
PEAK = {"name": "Peak", **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), WEEKDAY)}


@pytest.fixture(autouse=True)
async def begin(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(FRIDAY)
    await hass.config.async_set_time_zone("Europe/Madrid")


@pytest.fixture
def expected_lingering_timers() -> bool:
    """A schedule knows when it changes next."""
    return True


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def shown(source: SignalHours, days: float = 4) -> list[str]:
    """When it will be on, by the clocks of Madrid."""
    found = source.between(FRIDAY, FRIDAY + timedelta(days=days))
    return [f"{dt_util.as_local(first):%a %H:%M}-{dt_util.as_local(last):%a %H:%M}" for first, last in found]


async def test_a_schedule_s_week_and_the_day_of_23_hours(hass: HomeAssistant) -> None:
    """It is there before its action is: asked again when Home Assistant has started."""
    source = SignalHours(hass, "schedule.peak")
    told: list[list[str]] = []
    hass.set_state(CoreState.starting)
    source.start(lambda: told.append(shown(source)))
    assert await async_setup_component(hass, "schedule", {"schedule": {"peak": PEAK}})
    await settle(hass)
    assert shown(source) == []

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass)

    assert told == [["Fri 18:00-Sat 00:00", "Mon 08:00-Tue 00:00", "Tue 08:00-Tue 19:00"]]
    source.stop()


async def test_several_windows_of_a_day_and_none(hass: HomeAssistant) -> None:
    friday = [{"from": "06:00:00", "to": "07:00:00"}, {"from": "19:30:00", "to": "20:15:00"}]
    schedules = {"busy": {"name": "Busy", "friday": friday}, "idle": {"name": "Idle"}}
    assert await async_setup_component(hass, "schedule", {"schedule": schedules})
    for name, expected in (("busy", ["Fri 19:30-Fri 20:15"]), ("idle", [])):
        source = SignalHours(hass, f"schedule.{name}")
        source.start(lambda: None)
        await settle(hass)
        assert shown(source) == expected
        source.stop()


class Calendar:
    """A calendar integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.answer: Any = {"calendar.guests": {"events": []}}
        self.asked: list[dict[str, Any]] = []
        self.told = 0
        hass.services.async_register("calendar", "get_events", self.serve, supports_response=SupportsResponse.ONLY)
        hass.states.async_set("calendar.guests", "off")
        self.source = SignalHours(hass, "calendar.guests")

    async def serve(self, call: ServiceCall) -> ServiceResponse:
        self.asked.append(dict(call.data))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]

    def has(self, *events: tuple[str, str]) -> None:
        told = [{"start": start, "end": end, "summary": "Guests"} for start, end in events]
        self.answer = {"calendar.guests": {"events": told}}

    async def start(self) -> None:
        self.source.start(self.tell)
        await settle(self.hass)

    async def change(self, state: str) -> None:
        self.hass.states.async_set("calendar.guests", state)
        await settle(self.hass)

    def tell(self) -> None:
        self.told += 1


@pytest.fixture
def calendar(hass: HomeAssistant) -> Calendar:
    return Calendar(hass)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(
            [("2026-03-28T10:00:00+01:00", "2026-03-28T22:00:00+01:00")], ["Sat 10:00-Sat 22:00"], id="an afternoon"
        ),
        pytest.param([("2026-03-29", "2026-03-30")], ["Sun 00:00-Mon 00:00"], id="a whole day, of 23 hours"),
        pytest.param(
            [("2026-03-27T16:00:00+00:00", "2026-03-27T20:00:00+00:00")], ["Fri 18:00-Fri 21:00"], id="one that is on"
        ),
        pytest.param(
            [
                ("2026-03-28T12:00:00+01:00", "2026-03-28T14:00:00+01:00"),
                ("2026-03-28T10:00:00+01:00", "2026-03-28T13:00:00+01:00"),
                ("2026-03-28T11:00:00+01:00", "2026-03-28T12:00:00+01:00"),
                ("2026-03-28T15:00:00+01:00", "2026-03-28T16:00:00+01:00"),
            ],
            ["Sat 10:00-Sat 14:00", "Sat 15:00-Sat 16:00"],
            id="some that meet",
        ),
        pytest.param([("2026-03-20", "2026-03-21"), ("2026-04-20", "2026-04-21")], [], id="past ones and far ones"),
    ],
)
async def test_a_calendar_s_events(calendar: Calendar, events: list[tuple[str, str]], expected: list[str]) -> None:
    calendar.has(*events)
    await calendar.start()
    assert shown(calendar.source) == expected
    (asked,) = calendar.asked
    assert asked["start_date_time"] == FRIDAY.isoformat()
    calendar.source.stop()


async def test_it_is_asked_when_it_changes_and_now_and_then(calendar: Calendar, freezer: FrozenDateTimeFactory) -> None:
    await calendar.start()
    calendar.has(("2026-03-28", "2026-03-29"))
    await calendar.change("on")
    assert (len(calendar.asked), calendar.told) == (2, 1)
    freezer.tick(ASKED_EVERY)
    async_fire_time_changed(calendar.hass)
    await settle(calendar.hass)
    # The same again is no news.
    assert (len(calendar.asked), calendar.told) == (3, 1)
    calendar.source.stop()
    await calendar.change("off")
    assert len(calendar.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        HomeAssistantError("out of order"),
        ConnectionError("out of order"),
        {"calendar.other": {"events": []}},
        {"calendar.guests": {}},
        {"calendar.guests": {"events": [{"start": "soon", "end": "later"}]}},
        {"calendar.guests": {"events": [{"start": None, "end": None}]}},
    ],
)
async def test_one_that_does_not_answer_is_on_when_it_last_said_so(
    calendar: Calendar, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    calendar.has(("2026-03-28", "2026-03-29"))
    await calendar.start()
    calendar.answer = answer
    for state in ("on", "off"):  # said once
        await calendar.change(state)
    assert shown(calendar.source) == ["Sat 00:00-Sun 00:00"]
    assert caplog.text.count("calendar.guests does not tell what is to come") == 1
    calendar.has()
    await calendar.change("on")
    assert shown(calendar.source) == []
    calendar.source.stop()


async def test_one_that_is_not_there_is_not_asked(calendar: Calendar) -> None:
    calendar.hass.states.async_set("calendar.guests", "unavailable")
    await calendar.start()
    assert calendar.asked == []
    calendar.source.stop()


async def test_an_answer_that_comes_too_late_is_nobody_s(calendar: Calendar) -> None:
    calendar.has(("2026-03-28", "2026-03-29"))
    calendar.source.start(calendar.tell)
    calendar.source.stop()
    await settle(calendar.hass)
    assert (shown(calendar.source), calendar.told) == ([], 0)


async def test_nobody_asks_a_switch(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.peak", "on")
    source = SignalHours(hass, "switch.peak")
    source.start(lambda: None)
    await settle(hass)
    assert shown(source) == []
    source.stop()
