"""The safety rules, each as a property over random sites and moments."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.demand import lowest_a
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState

from .builders import NOW, later
from .worlds import Scene, any_snapshot, scenes, shuffled, sites

STARTED_S = 12
"""Longer than a charger takes to tell that its car charges, and the others to follow what they were told meanwhile."""
SETTLED_S = 45
"""Longer than a car takes to follow, and than the delay of a rise."""


def fits(site: Site, base_a: Mapping[Phase, float], currents: Mapping[str, float]) -> bool:
    """Tell whether each limit of each circuit holds, or all chargers that it concerns are at 0."""
    margin = site.policy.margin_a
    for circuit in site.circuits:
        base = base_a if circuit.parent_id is None else dict.fromkeys(circuit.phases, 0.0)
        below = site.evses_below(circuit.circuit_id)
        chargers = {
            phase: math.fsum(currents[evse.evse_id] for evse in below if phase in evse.phases)
            for phase in circuit.phases
        }
        for limit in circuit.limits:
            house, spare_a = (dict.fromkeys(base, 0.0), 0.0) if limit.chargers_only else (base, margin)
            if limit.current_a is not None and any(
                chargers[phase] > 0 and house[phase] + chargers[phase] > limit.current_a - spare_a + 1e-6
                for phase in circuit.phases
            ):
                return False
            total_a = math.fsum(house.values()) + math.fsum(chargers.values())
            room_w = math.inf if limit.power_w is None else limit.power_w - spare_a * 230 * len(base)
            if any(chargers.values()) and total_a * 230 > room_w + 1e-3:
                return False
    return True


def commanded(decision: Decision) -> dict[str, float]:
    return {evse_id: setpoint.current_a or 0.0 for evse_id, setpoint in decision.setpoints.items()}


@given(scene=scenes(), data=st.data())
def test_a_jump_of_the_base_load_is_answered_in_the_same_tick(scene: Scene, data: st.DataObject):
    """What is commanded plus the base load fits every circuit and phase, or all chargers are at their floor; at once.

    Only a charger whose car waits, and so draws nothing, may keep its offer for the seconds in which the jump may be its
    start; if it is not, it gives that up as well.
    """
    calm = dict.fromkeys(scene.site.circuits[0].phases, 0.0)
    offers = dict.fromkeys((evse.evse_id for evse in scene.site.evses), 0.0)
    _, offers, state = scene.live(calm, offers, ControlState(), NOW, SETTLED_S)
    base = {phase: data.draw(st.floats(-30, 120), label=phase) for phase in calm}
    now = later(SETTLED_S)
    decision = step(scene.site, scene.snapshot(now, base, offers, NOW), state, {})
    currents = commanded(decision)
    waiting = {evse_id: 0.0 for evse_id in currents if scene.states[evse_id] is EvState.B}
    assert fits(scene.site, base, currents | waiting)
    assert all(currents[evse_id] <= offers[evse_id] + 1e-9 for evse_id in currents), (
        "nothing rises in the tick of a jump"
    )
    _, offers, _ = scene.live(base, currents, decision.next_state, now, STARTED_S)
    assert fits(scene.site, base, offers)


@given(scene=scenes(), data=st.data())
@settings(max_examples=60)
def test_whatever_the_base_load_does_the_site_comes_to_rest_inside_its_limits(scene: Scene, data: st.DataObject):
    offers = dict.fromkeys((evse.evse_id for evse in scene.site.evses), 0.0)
    state, start = ControlState(), NOW
    for chapter in range(3):
        base = {
            phase: data.draw(st.floats(-30, 80), label=f"{chapter} {phase}") for phase in scene.site.circuits[0].phases
        }
        decision, offers, state = scene.live(base, offers, state, start, SETTLED_S)
        currents = commanded(decision)
        assert fits(scene.site, base, currents)
        start += timedelta(seconds=SETTLED_S)


@given(data=st.data(), site=sites(can_pause=True))
def test_a_setpoint_is_0_or_in_range_and_on_the_step_whatever_comes_in(data: st.DataObject, site: Site):
    state = ControlState()
    for tick in range(3):
        decision = step(site, data.draw(any_snapshot(site, later(tick))), state, {})
        state = decision.next_state
        for evse in site.evses:
            current = decision.setpoints[evse.evse_id].current_a
            if current is None or current == 0:
                continue
            assert lowest_a(evse) - 1e-9 <= current <= evse.maximum_a + 1e-9
            steps = current / evse.step_a
            assert math.isclose(steps, round(steps), abs_tol=1e-6)


@given(data=st.data(), site=sites(can_pause=False))
def test_a_charger_that_cannot_pause_is_never_told_0_while_its_car_is_there(data: st.DataObject, site: Site):
    decision = step(site, data.draw(any_snapshot(site, NOW)), ControlState(), {})
    snapshot_states = decision.setpoints
    for evse in site.evses:
        setpoint = snapshot_states[evse.evse_id]
        if setpoint.current_a == 0:
            assert setpoint.reason.code in {"no_car", "fault"} or evse.failsafe_a == 0


@given(data=st.data(), scene=scenes())
def test_unknown_leads_to_the_failsafe_current_in_bounded_time(data: st.DataObject, scene: Scene):
    calm = dict.fromkeys(scene.site.circuits[0].phases, 0.0)
    offers = dict.fromkeys((evse.evse_id for evse in scene.site.evses), 0.0)
    _, offers, state = scene.live(calm, offers, ControlState(), NOW, SETTLED_S)
    silent_from = later(SETTLED_S)
    garbage = data.draw(st.sampled_from([None, math.nan, math.inf, -math.inf, 1e7, -1e7]))
    bound = 1 + max(circuit.stale_after_s or scene.site.policy.stale_after_s for circuit in scene.site.circuits)
    now = silent_from + timedelta(seconds=bound)
    snapshot = scene.snapshot(now, calm, offers, NOW)
    meter = snapshot.meters["site"]
    meters = {} if garbage is None else {"site": replace(meter, current_a=dict.fromkeys(meter.current_a, garbage))}
    decision = step(scene.site, replace(snapshot, meters=meters), state, {})
    for evse in scene.site.evses:
        current = decision.setpoints[evse.evse_id].current_a
        assert current is not None
        assert current <= evse.failsafe_a
        assert current <= offers[evse.evse_id]


@given(data=st.data(), site=sites())
def test_the_same_look_gives_the_same_decision_and_a_second_look_changes_nothing(data: st.DataObject, site: Site):
    snapshot = data.draw(any_snapshot(site, NOW))
    first = step(site, snapshot, ControlState(), {})
    assert repr(step(site, snapshot, ControlState(), {})) == repr(first)
    second = step(site, snapshot, first.next_state, {})
    third = step(site, snapshot, second.next_state, {})
    assert commanded(third) == commanded(second)


@given(data=st.data(), site=sites())
def test_the_order_of_the_chargers_changes_nothing(data: st.DataObject, site: Site):
    order = data.draw(st.permutations(range(len(site.evses))))
    snapshot = data.draw(any_snapshot(site, NOW))
    state = other = ControlState()
    for tick in range(3):
        look = replace(snapshot, at=later(15 * tick))
        one, two = step(site, look, state, {}), step(shuffled(site, order), look, other, {})
        state, other = one.next_state, two.next_state
        assert dict(one.setpoints) == dict(two.setpoints)


@given(data=st.data(), site=sites())
def test_a_start_raises_nothing(data: st.DataObject, site: Site):
    """The first tick gives no charger more than it acknowledged; without a reading nothing rises, however long it takes."""
    snapshot = data.draw(any_snapshot(site, NOW))
    assume(all(status.offered_a is not None for status in snapshot.evses.values()))
    state = ControlState()
    for tick in range(10):
        blind = SiteSnapshot(at=later(60 * tick), evses=snapshot.evses, modes=snapshot.modes)
        decision = step(site, snapshot if tick == 0 else blind, ControlState() if tick == 1 else state, {})
        state = decision.next_state
        for evse_id, setpoint in decision.setpoints.items():
            status = snapshot.evses.get(evse_id)
            if setpoint.current_a is None or status is None or status.offered_a is None:
                continue
            floor = (
                0.0
                if site.evses[0].can_pause
                else lowest_a(next(evse for evse in site.evses if evse.evse_id == evse_id))
            )
            assert setpoint.current_a <= max(status.offered_a, floor)


@given(scene=scenes())
@settings(max_examples=40)
def test_a_charger_that_cannot_be_reached_is_reckoned_with(scene: Scene):
    """The others leave it what it may be drawing."""
    calm = dict.fromkeys(scene.site.circuits[0].phases, 0.0)
    offers = dict.fromkeys((evse.evse_id for evse in scene.site.evses), 0.0)
    _, offers, state = scene.live(calm, offers, ControlState(), NOW, SETTLED_S)
    lost = scene.site.evses[0]
    now = later(SETTLED_S)
    snapshot = scene.snapshot(now, calm, offers, NOW)
    status = replace(snapshot.evses[lost.evse_id], reachable=False, reachable_since=now)
    decision = step(scene.site, replace(snapshot, evses={**snapshot.evses, lost.evse_id: status}), state, {})
    assert decision.setpoints[lost.evse_id].current_a is None
    lost_a = {lost.evse_id: max(offers[lost.evse_id], lost.failsafe_a)}
    assume(fits(scene.site, calm, dict.fromkeys(offers, 0.0) | lost_a))
    assert fits(scene.site, calm, commanded(decision) | lost_a)
