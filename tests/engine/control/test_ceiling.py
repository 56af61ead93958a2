"""What somebody else allows a charger: an operator to whom it is handed on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.ceiling import cap, failsafe_a
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory
from tests.engine.builders import NOW, PLAIN, charger, later, reading, site, status, wants


@pytest.mark.parametrize(
    ("ceiling_a", "wanted_a", "can_pause", "given_a", "why"),
    [
        pytest.param(None, 32, True, 32, ReasonCode.AT_MAXIMUM, id="nobody says"),
        pytest.param(40, 32, True, 32, ReasonCode.AT_MAXIMUM, id="more than it can"),
        pytest.param(10, 32, True, 10, ReasonCode.CHARGING_OPERATOR, id="less"),
        pytest.param(10, 8, True, 8, ReasonCode.AT_MAXIMUM, id="it wants less by itself"),
        pytest.param(4, 32, True, 0, ReasonCode.CHARGING_OPERATOR, id="too little to charge with"),
        pytest.param(4, 32, False, 6, ReasonCode.CHARGING_OPERATOR, id="a charger that cannot pause"),
        pytest.param(0, 0, True, 0, ReasonCode.AT_MAXIMUM, id="it wants nothing"),
    ],
)
def test_no_more_is_wanted_than_is_allowed(
    ceiling_a: float | None, wanted_a: float, can_pause: bool, given_a: float, why: ReasonCode
) -> None:
    evse = charger(can_pause=can_pause)
    view = EvseView(evse=evse, status=status(ceiling_a=ceiling_a), memory=EvseMemory(), now=NOW, policy=PLAIN)
    capped = cap(view, wants("a", wanted_a))
    assert (capped.maximum_a, capped.reason.code) == (given_a, why)


@pytest.mark.parametrize(("ceiling_a", "expected_a"), [(None, 16.0), (20.0, 16.0), (10.0, 10.0), (3.0, 0.0)])
def test_a_silent_meter_gives_no_more_than_is_allowed_either(ceiling_a: float | None, expected_a: float) -> None:
    view = EvseView(
        evse=charger(failsafe_a=16), status=status(ceiling_a=ceiling_a), memory=EvseMemory(), now=NOW, policy=PLAIN
    )
    assert failsafe_a(view) == expected_a
    lost = replace(view, status=status(ceiling_a=ceiling_a, reachable=False))
    assert failsafe_a(lost) == 16.0
    assert cap(lost, wants("a")).maximum_a == 32.0


@given(
    ceiling_a=st.floats(0, 40),
    state=st.sampled_from(EvState),
    mode=st.sampled_from(Mode),
    offered_a=st.none() | st.floats(0, 32),
    house_a=st.floats(-30, 60),
    silent_s=st.sampled_from([0.0, 5.0, 60.0, 900.0]),
)
def test_whatever_else_happens_a_setpoint_is_at_or_below_what_is_allowed(
    ceiling_a: float, state: EvState, mode: Mode, offered_a: float | None, house_a: float, silent_s: float
) -> None:
    home, memory = site(charger(failsafe_a=16)), ControlState()
    for tick in range(4):
        snapshot = SiteSnapshot(
            at=later(tick * 20),
            meters={"site": reading(house_a, at=later(tick * 20 - silent_s))},
            evses={"a": status(state, offered_a=offered_a, ceiling_a=ceiling_a)},
            modes={"a": mode},
        )
        decision = step(home, snapshot, memory, {})
        memory = decision.next_state
        current_a = decision.setpoints["a"].current_a
        assert current_a is None or current_a <= ceiling_a + 1e-9
