"""What each charger wants."""

from dataclasses import replace
from datetime import datetime

import pytest

from custom_components.smart_charging.engine.control.demand import demand, lowest_a, note_untaken
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.state import EvseMemory
from tests.engine.builders import NOW, PLAIN, charger, later, status

IDLE_LONG = later(-200)
STUBBORN = charger(can_pause=False)
PLAN = Plan(
    slots=(
        PlanSlot(start=later(-60), end=later(60), current_a=10),
        PlanSlot(start=later(60), end=later(120), current_a=0),
        PlanSlot(start=later(3600), end=later(7200), current_a=32),
    )
)


def of(
    status_: EvseStatus | None,
    mode: Mode = Mode.FAST,
    plan: Plan | None = None,
    evse: Evse | None = None,
    at_s: float = 0,
    off_peak: OffPeak | None = None,
):
    seen = EvseView(evse=evse or charger(), status=status_, memory=EvseMemory(), now=later(at_s), policy=PLAIN)
    return demand(replace(seen, memory=note_untaken(seen)), mode, plan, off_peak)


@pytest.mark.parametrize(
    ("status_", "mode", "wanted", "why"),
    [
        pytest.param(status(), Mode.FAST, 32, ReasonCode.AT_MAXIMUM, id="fast: all it can"),
        pytest.param(status(None), Mode.FAST, 32, ReasonCode.AT_MAXIMUM, id="state not told yet: there may be a car"),
        pytest.param(status(EvState.D), Mode.SMART, 32, ReasonCode.AT_MAXIMUM, id="smart without a plan: as fast"),
        pytest.param(status(), Mode.OFF, 0, ReasonCode.OFF, id="off"),
        pytest.param(status(EvState.B, authorized=False), Mode.FAST, 0, ReasonCode.NOT_AUTHORIZED, id="nobody let it charge"),
        pytest.param(status(EvState.B, authorized=False), Mode.OFF, 0, ReasonCode.OFF, id="off, whoever may charge"),
        pytest.param(status(EvState.B, authorized=False, offered_a=16, since=IDLE_LONG), Mode.FAST, 0, ReasonCode.NOT_AUTHORIZED, id="it is not asleep"),
        pytest.param(status(EvState.C, authorized=False), Mode.FAST, 32, ReasonCode.AT_MAXIMUM, id="it charges, whoever let it"),
        pytest.param(status(EvState.A), Mode.FAST, 0, ReasonCode.NO_CAR, id="no car"),
        pytest.param(status(EvState.F, fault="GroundFailure"), Mode.FAST, 0, ReasonCode.FAULT, id="a fault"),
        pytest.param(status(EvState.E), Mode.OFF, 0, ReasonCode.FAULT, id="a fault comes before off"),
        pytest.param(status(reachable=False), Mode.OFF, 16, ReasonCode.OFFLINE, id="lost: what it may be drawing"),
        pytest.param(None, Mode.FAST, 32, ReasonCode.OFFLINE, id="unknown: its maximum"),
        pytest.param(status(EvState.B, offered_a=16, since=IDLE_LONG), Mode.FAST, 6, ReasonCode.NOT_TAKING, id="the car takes nothing"),
        pytest.param(status(EvState.B, offered_a=16, since=later(-60)), Mode.FAST, 32, ReasonCode.AT_MAXIMUM, id="it may still wake up"),
        pytest.param(status(EvState.B, offered_a=0, since=IDLE_LONG), Mode.FAST, 32, ReasonCode.AT_MAXIMUM, id="it is paused by us"),
        pytest.param(status(EvState.B, offered_a=None, since=IDLE_LONG), Mode.FAST, 32, ReasonCode.AT_MAXIMUM, id="nobody knows what it was offered"),
    ],
)  # fmt: skip
def test_demand(status_: EvseStatus | None, mode: Mode, wanted: float, why: ReasonCode):
    result = of(status_, mode)
    assert (result.maximum_a, result.reason.code) == (wanted, why)
    assert result.is_fixed is (wanted == 0 or why is ReasonCode.OFFLINE)


@pytest.mark.parametrize(
    ("at_s", "wanted", "why", "params"),
    [
        pytest.param(0, 10, ReasonCode.PLANNED, {"target_a": 10, "until": later(60).isoformat()}, id="in a slot"),
        pytest.param(90, 0, ReasonCode.PLAN_WAITS, {"starts": later(3600).isoformat()}, id="in an empty slot"),
        pytest.param(600, 0, ReasonCode.PLAN_WAITS, {"starts": later(3600).isoformat()}, id="between slots"),
        pytest.param(9999, 0, ReasonCode.PLAN_WAITS, {}, id="after the last"),
    ],
)
def test_smart_follows_its_plan(at_s: float, wanted: float, why: ReasonCode, params: dict[str, float | str]):
    result = of(status(), Mode.SMART, PLAN, at_s=at_s)
    assert (result.maximum_a, result.reason.code, dict(result.reason.params)) == (wanted, why, params)


@pytest.mark.parametrize(
    ("off_peak", "wanted", "why", "params"),
    [
        pytest.param(None, 32, ReasonCode.AT_MAXIMUM, {"maximum_a": 32}, id="nobody knows when"),
        pytest.param(OffPeak(cheap=True), 32, ReasonCode.AT_MAXIMUM, {"maximum_a": 32}, id="now"),
        pytest.param(OffPeak(cheap=False), 0, ReasonCode.PEAK, {}, id="later"),
        pytest.param(
            OffPeak(cheap=False, changes_at=later(60)), 0, ReasonCode.PEAK, {"starts": later(60).isoformat()}, id="then"
        ),
    ],
)
def test_smart_without_a_plan_waits_for_off_peak_hours(
    off_peak: OffPeak | None, wanted: float, why: ReasonCode, params: dict[str, float | str]
):
    result = of(status(), Mode.SMART, off_peak=off_peak)
    assert (result.maximum_a, result.reason.code, dict(result.reason.params)) == (wanted, why, params)
    assert of(status(), Mode.SMART, PLAN, off_peak=off_peak).reason.code is ReasonCode.PLANNED, "a plan says more"


def test_fast_does_not_ask_the_plan():
    assert of(status(), Mode.FAST, PLAN).maximum_a == 32


def test_a_plan_never_asks_for_more_than_the_charger_can():
    assert of(status(), Mode.SMART, PLAN, charger(maximum_a=16), at_s=3700).maximum_a == 16


def test_a_planned_car_that_takes_nothing_holds_its_minimum():
    assert of(status(EvState.B, since=IDLE_LONG), Mode.SMART, PLAN).reason.code is ReasonCode.NOT_TAKING


def test_a_car_that_leaves_its_offer_untaken_is_remembered_though_the_offer_is_lowered():
    untaken = EvseMemory(untaken_since=IDLE_LONG)
    lowered = status(EvState.B, offered_a=6, offered_at=later(-1), since=IDLE_LONG)
    seen = EvseView(evse=charger(), status=lowered, memory=untaken, now=NOW, policy=PLAIN)
    assert note_untaken(seen) == untaken
    lost = replace(seen, status=status(reachable=False))
    assert note_untaken(lost) == untaken
    charges = replace(seen, status=status())
    assert note_untaken(charges) == EvseMemory()


CLOSED = replace(status(draws=[0.2]), measured_at=later(-1))
"""A contactor that has been closed for an hour, and hardly any current."""


@pytest.mark.parametrize(
    ("of_charger", "since"),
    [
        pytest.param(CLOSED, NOW, id="from now on"),
        pytest.param(replace(CLOSED, current_a=(6.0,)), None, id="it draws"),
        pytest.param(replace(CLOSED, current_a=None), None, id="nobody knows what it draws"),
        pytest.param(replace(CLOSED, state_at=later(-1)), None, id="measured before it was closed"),
        pytest.param(replace(CLOSED, state_at=None), None, id="nobody knows when it was closed"),
        pytest.param(replace(CLOSED, offered_a=0.0), None, id="it is paused"),
        pytest.param(status(EvState.B, draws=[8.0]), None, id="the contactor is said to be open, and current flows"),
        pytest.param(status(None, draws=[0.0]), None, id="nothing is said of the contactor"),
        pytest.param(status(EvState.F, draws=[0.0]), None, id="a fault"),
    ],
)
def test_a_closed_contactor_without_a_current_takes_nothing_either(of_charger: EvseStatus, since: datetime | None):
    seen = EvseView(evse=charger(), status=of_charger, memory=EvseMemory(), now=NOW, policy=PLAIN)
    assert note_untaken(seen).untaken_since == since


def test_a_charger_that_says_that_nobody_is_there_and_draws_is_a_car_like_any_other():
    assert of(status(EvState.A, draws=[8.0])).reason.code is ReasonCode.AT_MAXIMUM


def test_a_plan_may_discharge():
    plan = Plan(slots=(PlanSlot(start=NOW, end=later(60), current_a=-10),))
    result = of(status(), Mode.SMART, plan)
    assert (result.maximum_a, result.is_fixed) == (-10, True)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SMART])
def test_a_charger_that_cannot_pause_is_told_its_minimum(mode: Mode):
    assert of(status(), mode, Plan(slots=()), STUBBORN).maximum_a == 6


@pytest.mark.parametrize(("minimum_a", "step_a", "lowest"), [(6, 1, 6), (6.5, 1, 7), (6.5, 0.5, 6.5), (6.1, 0.1, 6.1)])
def test_the_lowest_current_is_the_minimum_on_the_step(minimum_a: float, step_a: float, lowest: float):
    assert lowest_a(charger(minimum_a=minimum_a, step_a=step_a)) == pytest.approx(lowest)
