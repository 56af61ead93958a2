"""When limits will hold, as plans are told: by the clock, by a schedule, or for as long as may be reckoned with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse

from custom_components.smart_charging.configuration.limits import LimitConfig
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource, LimitSpan
from custom_components.smart_charging.foresight.limits_ahead import GOES_ON, LimitsAhead
from custom_components.smart_charging.sources.limit import LimitReading
from custom_components.smart_charging.tariffs.hours import WORKING_DAYS, Hours, Rule, Span

NOW = datetime.fromisoformat("2026-03-27T18:00:00+01:00")
"""A Friday in Madrid."""
UNTIL = NOW + timedelta(days=3)
PUNTA = Hours(rules=(Rule(period="limited", spans=(Span(start=time(8), end=time()),), days=WORKING_DAYS),))


def config(source: LimitSource = LimitSource.SCHEDULE, **changes: Any) -> LimitConfig:
    values: dict[str, Any] = {
        "name": "Punta",
        "circuit_id": "site",
        "entity_id": None,
        "value_entity_id": None,
        "limit": Limit(source=source, power_w=4600.0, limit_id="x"),
    }
    return LimitConfig(**(values | changes))


def reading(of: LimitConfig, *, holds: bool = True, known: bool = True) -> LimitReading:
    return LimitReading(limit=of.limit, holds=holds, known=known)


def hours(spans: Mapping[str, tuple[LimitSpan, ...]]) -> list[tuple[float, float]]:
    """From when to when, h from now."""
    return [((one.start - NOW) / timedelta(hours=1), (one.end - NOW) / timedelta(hours=1)) for one in spans["site"]]


async def ahead_of(hass: HomeAssistant, of: LimitConfig, now: LimitReading) -> list[tuple[float, float]]:
    """What plans are told of one limit, beside a schedule that is on from 20:00 to 22:00 and a calendar that is never."""
    await hass.config.async_set_time_zone("Europe/Madrid")

    async def week(_call: ServiceCall) -> ServiceResponse:
        days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        rows: Any = [{"from": time(20), "to": time(22)}]
        return {"schedule.guests": dict.fromkeys(days, rows)}

    hass.services.async_register("schedule", "get_schedule", week, supports_response=SupportsResponse.ONLY)
    hass.states.async_set("schedule.guests", "on" if now.holds else "off")
    limits = LimitsAhead(hass, {"x": of})
    limits.start(lambda: None)
    await hass.async_block_till_done(wait_background_tasks=True)
    limits.note({"x": now})
    limits.stop()
    return hours(limits.known(NOW, NOW + timedelta(days=1)))


BOX = config(LimitSource.OPERATOR, entity_id="binary_sensor.box")
GUESTS = config(entity_id="schedule.guests")
OWN = config(LimitSource.USER)


@pytest.mark.parametrize(
    ("of", "now", "expected"),
    [
        pytest.param(config(hours=PUNTA), {}, [(0, 6)], id="hours of the clock: until midnight, then the weekend"),
        pytest.param(GUESTS, {"holds": False}, [(2, 4)], id="a schedule that will be on"),
        pytest.param(GUESTS, {}, [(0, 2), (2, 4)], id="one that is on, but not by its week: as any signal"),
        pytest.param(BOX, {"holds": False}, [], id="a signal that is off: nobody knows of the next one"),
        pytest.param(BOX, {}, [(0, 2)], id="a signal that is on: for two hours"),
        pytest.param(BOX, {"known": False}, [(0, 24)], id="a signal that fell silent: for as long as it is"),
        pytest.param(OWN, {}, [(0, 24)], id="one's own limit that always holds"),
        pytest.param(
            config(LimitSource.USER, entity_id="input_boolean.guests"),
            {},
            [(0, 24)],
            id="one's own, while a switch is on",
        ),
    ],
)
async def test_how_long_it_holds(
    hass: HomeAssistant, of: LimitConfig, now: dict[str, bool], expected: list[tuple[float, float]]
) -> None:
    assert await ahead_of(hass, of, reading(of, **now)) == expected


async def test_a_schedule_that_is_on_ends_as_it_says_and_one_that_was_ended_early_is_over(hass: HomeAssistant) -> None:
    await ahead_of(hass, GUESTS, reading(GUESTS))
    limits = LimitsAhead(hass, {"x": GUESTS})
    limits.start(lambda: None)
    await hass.async_block_till_done(wait_background_tasks=True)
    at_nine = NOW + timedelta(hours=3)
    for holds, expected in ((True, [(3, 4), (26, 28)]), (False, [(26, 28)])):
        limits.note({"x": reading(GUESTS, holds=holds)})
        assert hours(limits.known(at_nine, NOW + timedelta(hours=30))) == expected
    limits.stop()


async def test_each_circuit_has_its_own_with_what_it_allows_now(hass: HomeAssistant) -> None:
    told = Limit(source=LimitSource.OPERATOR, current_a=9.0, limit_id="box")
    configs = {"box": replace(BOX, circuit_id="garage"), "own": OWN, "other": replace(OWN, circuit_id="garage")}
    limits = LimitsAhead(hass, configs)
    assert limits.known(NOW, UNTIL) == {}
    limits.note(
        {
            "box": LimitReading(limit=told, holds=True, known=True),
            "own": reading(OWN),
            "other": reading(configs["other"], holds=False),
        }
    )
    assert limits.known(NOW, UNTIL) == {
        "garage": (LimitSpan(start=NOW, end=NOW + GOES_ON, limit=told),),
        "site": (LimitSpan(start=NOW, end=UNTIL, limit=OWN.limit),),
    }
    # No plan looks beyond its end.
    assert limits.known(NOW, NOW + GOES_ON / 2)["garage"][0].end == NOW + GOES_ON / 2


async def test_what_comes_or_goes_is_news_and_what_allows_more_is_not(hass: HomeAssistant) -> None:
    heard: list[int] = []
    limits = LimitsAhead(hass, {"x": BOX})
    limits.start(lambda: heard.append(1))
    more = replace(BOX.limit, power_w=9000.0)
    for now, news in (
        (reading(BOX, holds=False), 0),
        (reading(BOX), 1),
        (LimitReading(limit=more, holds=True, known=True), 1),
        (reading(BOX, holds=False), 2),
    ):
        limits.note({"x": now})
        assert len(heard) == news
    limits.stop()
