"""Limits that come and go, as their entities tell: silence lifts none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.sources.limit import VALUE_HELD, LimitReading, ToldValue
from custom_components.smart_charging.sources.limit import LimitSource as Source
from custom_components.smart_charging.tariffs.hours import WORKING_DAYS, Hours, Rule
from custom_components.smart_charging.tariffs.written import read_spans

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNAL, VALUE = "binary_sensor.box", "sensor.allowed"
SET = Limit(source=LimitSource.OPERATOR, power_w=4200.0, chargers_only=True)


def make(hass: HomeAssistant, signal: str | Hours | None = SIGNAL, value: str | None = None, **more: Any) -> Source:
    return Source(hass, SET, when=signal, value_entity_id=value, **more)


def tell(hass: HomeAssistant, value: str, unit: str | None = "W") -> None:
    hass.states.async_set(VALUE, value, {"unit_of_measurement": unit} if unit else {})


@pytest.mark.parametrize(
    ("said", "holds", "known"),
    [
        ([], True, False),
        (["on"], True, True),
        (["off"], False, True),
        (["unknown"], True, False),
        (["unavailable"], True, False),
        (["melting"], True, False),
        (["off", "unavailable"], False, False),
        (["on", "unavailable"], True, False),
        (["off", "unknown", "on", "unavailable"], True, False),
        (["on", "off", "unavailable"], False, False),
        (["off", None], False, False),
        (["on", None, "off"], False, True),
    ],
)
async def test_a_signal_that_falls_silent_counts_as_it_was_and_before_it_spoke_the_limit_holds(
    hass: HomeAssistant, said: list[str | None], holds: bool, known: bool
) -> None:
    """Nobody looks in between: what was said between two ticks counts too."""
    source = make(hass)
    source.start(lambda: None)
    for state in said:
        if state is None:
            hass.states.async_remove(SIGNAL)
        else:
            hass.states.async_set(SIGNAL, state)
    await hass.async_block_till_done()
    assert source.reading(NOW) == LimitReading(limit=SET, holds=holds, known=known)


async def test_a_limit_without_a_signal_always_holds(hass: HomeAssistant) -> None:
    source = make(hass, signal=None)
    source.start(lambda: None)
    assert source.reading(NOW) == LimitReading(limit=SET, holds=True, known=True)
    source.stop()


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-03-27T07:59:59+01:00", False),
        ("2026-03-27T08:00:00+01:00", True),
        ("2026-03-27T23:59:59+01:00", True),
        ("2026-03-28T00:00:00+01:00", False),
        ("2026-03-28T12:00:00+01:00", False),
        # Clocks went forward meanwhile.
        ("2026-03-30T07:59:59+02:00", False),
        ("2026-03-30T08:00:00+02:00", True),
    ],
)
async def test_a_limit_by_the_clock(hass: HomeAssistant, at: str, holds: bool) -> None:
    await hass.config.async_set_time_zone("Europe/Madrid")
    rule = Rule(period="limited", spans=read_spans("08:00-24:00"), days=WORKING_DAYS)
    source = make(hass, signal=Hours(rules=(rule,)))
    source.start(lambda: None)
    assert source.reading(datetime.fromisoformat(at).astimezone(UTC)) == LimitReading(
        limit=SET, holds=holds, known=True
    )


def allowed(current_a: float | None, power_w: float | None) -> Limit:
    return Limit(source=LimitSource.OPERATOR, current_a=current_a, power_w=power_w, chargers_only=True)


@pytest.mark.parametrize(
    ("value", "unit", "current_a", "power_w"),
    [
        ("7000", "W", None, 7000.0),
        ("7.36", "kW", None, 7360.0),
        ("10", "A", 10.0, None),
        ("0", "A", 0.0, None),
        # Who works out what is left may come to less than nothing.
        ("-500", "W", None, 0.0),
        # What is not understood is as if nothing was said.
        ("16", None, None, 4200.0),
        ("16", "%", None, 4200.0),
        ("16", "kWh", None, 4200.0),
        ("nan", "A", None, 4200.0),
        ("inf", "A", None, 4200.0),
        ("high", "A", None, 4200.0),
    ],
)
async def test_a_value_counts_by_its_unit(
    hass: HomeAssistant, value: str, unit: str | None, current_a: float | None, power_w: float
) -> None:
    source = make(hass, signal=None, value=VALUE)
    tell(hass, value, unit)
    reading = source.reading(NOW)
    assert reading.limit == allowed(current_a, power_w)
    assert reading.known is (source.told is not None)


@pytest.mark.parametrize(
    ("value", "unit", "current_a", "power_w"),
    [
        ("0", "W", None, 4200.0),
        ("5", "kW", None, 5000.0),
        ("3", "A", 6.1, None),
        ("8", "A", 8.0, None),
    ],
)
async def test_an_operator_dims_to_no_less_than_the_floor(
    hass: HomeAssistant, value: str, unit: str, current_a: float | None, power_w: float | None
) -> None:
    source = make(hass, value=VALUE, least_a=6.1, least_w=4200.0)
    tell(hass, value, unit)
    assert source.reading(NOW).limit == allowed(current_a, power_w)


@pytest.mark.parametrize("silence", ["unavailable", "unknown", "gone"])
async def test_a_value_that_falls_silent_holds_for_a_while_and_then_what_was_set(
    hass: HomeAssistant, silence: str
) -> None:
    source = make(hass, signal=None, value=VALUE)
    source.start(lambda: None)
    tell(hass, "2000")
    assert source.reading(NOW) == LimitReading(limit=allowed(None, 2000.0), holds=True, known=True)
    if silence == "gone":
        hass.states.async_remove(VALUE)
    else:
        tell(hass, silence)
    for minutes, power_w in ((60, 2000.0), (70, 2000.0), (75, 2000.0), (75.1, 4200.0), (1000, 4200.0)):
        at = NOW + timedelta(minutes=minutes)  # it fell silent after an hour
        assert source.reading(at) == LimitReading(limit=allowed(None, power_w), holds=True, known=False)
    tell(hass, "3000")
    assert source.reading(NOW + timedelta(days=1)).limit == allowed(None, 3000.0)
    # Each silence has its own time.
    tell(hass, "unavailable")
    await hass.async_block_till_done()
    for days, power_w in ((2.0, 3000.0), (2.001, 3000.0), (2.02, 4200.0)):
        assert source.reading(NOW + timedelta(days=days)).limit == allowed(None, power_w)
    source.stop()


async def test_what_was_told_between_two_looks_is_what_was_told_last(hass: HomeAssistant) -> None:
    source = make(hass, signal=None, value=VALUE)
    source.start(lambda: None)
    for value in ("9000", "1000", "unavailable"):
        tell(hass, value)
    await hass.async_block_till_done()
    assert source.reading(NOW).limit == allowed(None, 1000.0)
    source.stop()


async def test_what_was_told_before_a_restart_holds_until_it_speaks_or_has_been_silent_for_long(
    hass: HomeAssistant,
) -> None:
    source = make(hass, signal=None, value=VALUE, told=ToldValue(current_a=8.0))
    assert source.reading(NOW) == LimitReading(limit=allowed(8.0, None), holds=True, known=False)
    assert source.reading(NOW + VALUE_HELD).limit == allowed(8.0, None)
    assert source.reading(NOW + VALUE_HELD * 1.01).limit == SET
    tell(hass, "11", "A")
    assert source.reading(NOW + VALUE_HELD * 2).limit == allowed(11.0, None)


@pytest.mark.parametrize(
    ("what", "woken"),
    [
        (lambda hass: hass.states.async_set(SIGNAL, "on"), 1),
        (lambda hass: hass.states.async_set(SIGNAL, "off", {"battery": 3}), 0),
        (lambda hass: hass.states.async_set(SIGNAL, "unavailable"), 1),
        (lambda hass: hass.states.async_remove(SIGNAL), 1),
        (lambda hass: tell(hass, "5000"), 1),
        (lambda hass: tell(hass, "4000"), 0),
        (lambda hass: hass.states.async_set("switch.other", "on"), 0),
    ],
)
async def test_who_changes_a_limit_wakes_the_tick(
    hass: HomeAssistant, what: Callable[[HomeAssistant], None], woken: int
) -> None:
    hass.states.async_set(SIGNAL, "off")
    tell(hass, "4000")
    heard: list[bool] = []
    source = make(hass, value=VALUE)
    source.start(lambda: heard.append(source.reading(NOW).holds))
    what(hass)
    await hass.async_block_till_done()
    assert len(heard) == woken
    source.stop()
    hass.states.async_set(SIGNAL, "melting")
    await hass.async_block_till_done()
    assert len(heard) == woken
