"""Without a meter."""

from collections.abc import Sequence

import pytest

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory
from tests.engine.builders import charger, later, mains, rating, reading, site, status

HOME = site(charger(failsafe_a=8), limit_a=40)


def silent_for(seconds: float, of: EvseStatus, *, memory: EvseMemory | None = None, mode: Mode = Mode.FAST):
    """The meter spoke at 19:00 for the last time."""
    state = ControlState(meters={"site": reading(20)}, evses={} if memory is None else {"a": memory})
    snapshot = SiteSnapshot(at=later(seconds), evses={"a": of}, modes={"a": mode})
    return step(HOME, snapshot, state, {}).setpoints["a"]


def never_spoke(of: EvseStatus, *, memory: EvseMemory | None = None):
    state = ControlState(evses={} if memory is None else {"a": memory})
    return step(HOME, SiteSnapshot(at=later(0), evses={"a": of}), state, {}).setpoints["a"]


@pytest.mark.parametrize(
    ("seconds", "of", "expected"),
    [
        pytest.param(10, status(offered_a=20), 20, id="not stale yet: as it was"),
        pytest.param(11, status(offered_a=20), 8, id="stale: its failsafe current"),
        pytest.param(11, status(offered_a=7), 7, id="or less, where it has less"),
        pytest.param(11, status(offered_a=0), 0, id="a paused one stays paused"),
        pytest.param(301, status(offered_a=0), 8, id="but not for ever"),
        pytest.param(301, status(EvState.A, offered_a=0), 0, id="no car"),
    ],
)
def test_a_meter_that_falls_silent(seconds: float, of: EvseStatus, expected: float):
    assert silent_for(seconds, of).current_a == expected


def test_it_says_so():
    reason = silent_for(34, status(offered_a=20)).reason
    assert reason.code is ReasonCode.METER_SILENT
    assert reason.params == {"failsafe_a": 8, "silent_s": 34}


def test_off_stays_off():
    setpoint = silent_for(400, status(offered_a=20), mode=Mode.OFF)
    assert (setpoint.current_a, setpoint.reason.code) == (0, ReasonCode.OFF)


def test_a_pending_rise_is_forgotten():
    memory = EvseMemory(setpoint_a=8, rise_since=later(0), rise_to_a=20)
    state = ControlState(meters={"site": reading(20)}, evses={"a": memory})
    decision = step(HOME, SiteSnapshot(at=later(20), evses={"a": status(offered_a=8)}), state, {})
    assert decision.next_state.evses["a"].rise_since is None


@pytest.mark.parametrize(
    ("of", "memory", "expected"),
    [
        pytest.param(status(offered_a=20), None, 8, id="above its failsafe current: lowered"),
        pytest.param(status(offered_a=6), None, 6, id="below it: kept"),
        pytest.param(status(offered_a=None, draws=[15]), None, 8, id="seen to draw more: lowered"),
        pytest.param(status(offered_a=None, draws=[7]), None, None, id="seen to draw less: nothing is commanded"),
        pytest.param(status(offered_a=None, current_a=None), None, None, id="nothing known: nothing is commanded"),
        pytest.param(status(offered_a=None, current_a=None), EvseMemory(setpoint_a=7), 7, id="commanded before: kept"),
    ],
)
def test_before_the_first_reading_nothing_rises(of: EvseStatus, memory: EvseMemory | None, expected: float | None):
    setpoint = never_spoke(of, memory=memory)
    assert setpoint.current_a == expected
    assert setpoint.reason.code is ReasonCode.WAITING_FOR_METER


def test_a_silent_meter_of_the_garage_concerns_the_garage_alone():
    garage = mains(rating(20), circuit_id="garage", parent_id="site")
    place = site(charger("inside", circuit_id="garage"), charger("outside"), circuits=[mains(rating(60)), garage])
    seen: Sequence[EvseStatus] = [status(offered_a=16), status(offered_a=16)]
    state = ControlState(meters={"garage": reading(16)})
    snapshot = SiteSnapshot(
        at=later(30),
        meters={"site": reading(40, at=later(30))},
        evses=dict(zip(("inside", "outside"), seen, strict=True)),
    )
    setpoints = step(place, snapshot, state, {}).setpoints
    assert (setpoints["inside"].current_a, setpoints["outside"].current_a) == (6, 16)


def test_the_others_reckon_with_a_charger_that_has_not_fallen_back_yet():
    garage = mains(rating(20), circuit_id="garage", parent_id="site")
    place = site(charger("inside", circuit_id="garage"), charger("outside"), circuits=[mains(rating(32)), garage])
    snapshot = SiteSnapshot(
        at=later(30),
        meters={"site": reading(36, at=later(30))},
        evses={
            "inside": status(offered_a=16, draws=[16], measured_at=later(30)),
            "outside": status(offered_a=20, draws=[20], measured_at=later(30)),
        },
    )
    setpoints = step(place, snapshot, ControlState(meters={"garage": reading(16)}), {}).setpoints
    assert setpoints["outside"].current_a == 16
