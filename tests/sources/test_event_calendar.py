"""Calendars: their coming events, asked of whatever integration has them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charging.sources.event_calendar import ASKED_EVERY, CalendarEvent, CalendarSource

WORK = {"start": "2026-03-03T08:00:00+01:00", "end": "2026-03-03T17:00:00+01:00", "summary": "Work 80 %"}
EARLIER = {"start": "2026-03-03T06:00:00+00:00", "end": "2026-03-03T06:30:00+00:00", "summary": "Run"}
WHOLE_DAY = {"start": "2026-03-03", "end": "2026-03-04", "summary": "Holiday"}
WORK_EVENT = CalendarEvent(at=datetime(2026, 3, 3, 7, tzinfo=UTC), title="Work 80 %")


class Calendar:
    """A calendar integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.events: list[dict[str, Any]] | Exception = [WHOLE_DAY, WORK, EARLIER, {}]
        self.asked: list[dict[str, Any]] = []
        self.told = 0
        hass.services.async_register("calendar", "get_events", self.answer, supports_response=SupportsResponse.ONLY)
        hass.states.async_set("calendar.work", "off")
        self.source = CalendarSource(hass, "calendar.work")

    async def answer(self, call: ServiceCall) -> ServiceResponse:
        self.asked.append(dict(call.data))
        if isinstance(self.events, Exception):
            raise self.events
        return {"calendar.work": {"events": self.events}}  # type: ignore[dict-item]

    async def start(self) -> None:
        self.source.start(self.tell)
        await self.settle()

    def tell(self) -> None:
        self.told += 1

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def calendar(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Calendar:
    """A calendar on a Monday evening."""
    freezer.move_to("2026-03-02T20:00:00+00:00")
    return Calendar(hass)


async def test_its_coming_events_in_order(calendar: Calendar):
    await calendar.start()
    run = CalendarEvent(at=datetime(2026, 3, 3, 6, tzinfo=UTC), title="Run")
    assert calendar.source.events == (run, WORK_EVENT)
    (asked,) = calendar.asked
    assert asked == {
        "entity_id": "calendar.work",
        "start_date_time": "2026-03-02T20:00:00+00:00",
        "end_date_time": "2026-03-09T20:00:00+00:00",
    }
    calendar.source.stop()


async def test_it_is_asked_when_it_changes_and_now_and_then(calendar: Calendar, freezer: FrozenDateTimeFactory):
    await calendar.start()
    calendar.events = [WORK]
    calendar.hass.states.async_set("calendar.work", "on")
    await calendar.settle()
    assert (calendar.source.events, len(calendar.asked), calendar.told) == ((WORK_EVENT,), 2, 2)
    freezer.tick(ASKED_EVERY)
    async_fire_time_changed(calendar.hass)
    await calendar.settle()
    # The same again is no news.
    assert (len(calendar.asked), calendar.told) == (3, 2)
    calendar.source.stop()
    calendar.hass.states.async_set("calendar.work", "off")
    freezer.tick(ASKED_EVERY)
    async_fire_time_changed(calendar.hass)
    await calendar.settle()
    assert len(calendar.asked) == 3


async def test_one_that_does_not_answer_has_what_was_known(calendar: Calendar, caplog: pytest.LogCaptureFixture):
    await calendar.start()
    known = calendar.source.events
    calendar.events = HomeAssistantError("out of order")
    for state in ("on", "off"):  # said once
        calendar.hass.states.async_set("calendar.work", state)
        await calendar.settle()
    assert calendar.source.events == known
    assert caplog.text.count("out of order") == 1
    calendar.events = []
    calendar.hass.states.async_set("calendar.work", "on")
    await calendar.settle()
    assert calendar.source.events == ()
    calendar.source.stop()


async def test_one_whose_integration_answers_nothing(calendar: Calendar):
    calendar.hass.services.async_remove("calendar", "get_events")
    await calendar.start()
    assert calendar.source.events == ()
    calendar.source.stop()


async def test_one_that_is_not_there_yet(calendar: Calendar):
    calendar.hass.states.async_remove("calendar.work")
    await calendar.start()
    calendar.hass.states.async_set("calendar.work", "unavailable")
    await calendar.settle()
    assert calendar.asked == []
    calendar.hass.states.async_set("calendar.work", "off")
    await calendar.settle()
    assert WORK_EVENT in calendar.source.events
    calendar.source.stop()


async def test_an_answer_that_comes_too_late_is_nobody_s(calendar: Calendar):
    calendar.source.start(calendar.tell)
    calendar.source.stop()
    await calendar.settle()
    assert (calendar.source.events, calendar.told) == ((), 0)
