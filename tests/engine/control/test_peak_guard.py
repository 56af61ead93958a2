"""The guard of a month's peak, tick by tick: what a window leaves, whom it holds back, and what it never does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import Evse, EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.peak_watch import PeakWatch
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot, Shortage
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.replay import from_json, to_json
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory
from tests.engine.builders import LONG_AGO, NOW, charger, later, reading, site, status
from tests.engine.worlds import Scene, any_snapshot, scenes, sites

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
ONE = charger(step_a=0.1, maximum_a=20.0)
"""One phase: an ampere is 230 W."""
PLAN = Plan(slots=(PlanSlot(start=LONG_AGO, end=NOW + 8 * HOUR, current_a=20.0, power_kw=4.6),))


def watch(target_kw: float, used_kwh: float = 0.0, *, passed: timedelta = timedelta()) -> PeakWatch:
    """A quarter of an hour that began so long ago."""
    starts = NOW - passed
    return PeakWatch(starts=starts, ends=starts + QUARTER, used_kwh=used_kwh, target_kw=target_kw)


def snapshot(house_a: float, *, draws_a: float = 20.0, **changes: Any) -> SiteSnapshot:
    """A house that takes so much, and a car that has taken what it was offered for long."""
    values: dict[str, Any] = {
        "at": NOW,
        "meters": {"site": reading(house_a + draws_a)},
        "evses": {"a": status(offered_a=draws_a)},
        "modes": {"a": Mode.SMART},
    }
    return SiteSnapshot(**(values | changes))


def settled(setpoint_a: float) -> EvseMemory:
    return EvseMemory(setpoint_a=setpoint_a, target_a=setpoint_a, target_since=LONG_AGO, arrived_at=LONG_AGO)


def decide(
    seen: SiteSnapshot,
    plan: Plan | None = PLAN,
    *,
    evse: Evse = ONE,
    house_w: float | None = None,
    **memories: float,
) -> Decision:
    """Decide in a house that was steered for long; `house_w` is what it took so far, where that is not what it takes now."""
    held = {"a": 20.0} | memories
    state = ControlState(
        at=NOW - timedelta(seconds=1),
        meters=seen.meters,
        evses={name: settled(current_a) for name, current_a in held.items()},
        house_w=house_w,
    )
    return step(site(evse, limit_a=63.0), seen, state, {} if plan is None else {"a": plan})


def told(decision: Decision, evse_id: str = "a") -> tuple[float | None, ReasonCode]:
    setpoint = decision.setpoints[evse_id]
    return None if setpoint.current_a is None else round(setpoint.current_a, 1), setpoint.reason.code


@pytest.mark.parametrize(
    ("house_a", "peak", "expected"),
    [
        pytest.param(5.0, None, (20.0, ReasonCode.PLANNED), id="no window is guarded"),
        # 25 A are 5.75 kW.
        pytest.param(5.0, watch(5.75), (20.0, ReasonCode.PLANNED), id="it fits"),
        # 4.6 kW are 20 A, of which the house takes 5 A; who has to give way gives 3 % of the target more than that.
        pytest.param(5.0, watch(4.6), (14.4, ReasonCode.MONTH_PEAK), id="from the beginning: 20 A - 5 A"),
        # 5 of 15 min were spent with 30 A: 15 A are left for each of the others, or 14.1 A with the 3 %.
        pytest.param(5.0, watch(4.6, 0.575, passed=QUARTER / 3), (9.1, ReasonCode.MONTH_PEAK), id="it was too much"),
        # 5 of 15 min were spent with 5 A: there are 27.5 A.
        pytest.param(5.0, watch(4.6, 0.0958, passed=QUARTER / 3), (20.0, ReasonCode.PLANNED), id="there is some left"),
        pytest.param(
            1500 / 230,
            watch(5.0, 8.0 / 12, passed=QUARTER / 3),
            (7.7, ReasonCode.MONTH_PEAK),
            id="the example of docs/planning.md",
        ),
        pytest.param(15.0, watch(4.6), (0.0, ReasonCode.MONTH_PEAK), id="5 A are less than a car takes"),
        pytest.param(30.0, watch(4.6), (0.0, ReasonCode.MONTH_PEAK), id="the house alone takes more"),
        pytest.param(-5.0, watch(4.6), (20.0, ReasonCode.PLANNED), id="the sun helps"),
    ],
)
def test_what_a_window_leaves(house_a: float, peak: PeakWatch | None, expected: tuple[float, ReasonCode]):
    assert told(decide(snapshot(house_a, peak=peak))) == expected


def test_it_says_why():
    reason = decide(snapshot(5.0, peak=watch(4.6))).setpoints["a"].reason
    assert reason.params == {"target_w": 4600.0, "wanted_a": 20.0}


def test_a_kettle_is_spread_over_what_is_left():
    """The house has just gone from 5 A to 15 A: early in a window it is not believed at once, late it is."""
    early = told(decide(snapshot(15.0, peak=watch(4.6)), house_w=5 * 230.0))
    assert early == (14.2, ReasonCode.MONTH_PEAK)
    late = watch(4.6, 4.6 / 4 * 0.9, passed=QUARTER * 0.9)
    assert told(decide(snapshot(15.0, peak=late), house_w=5 * 230.0)) == (0.0, ReasonCode.MONTH_PEAK)


def test_a_car_that_bears_no_pause_goes_on_with_the_least():
    plan = replace(PLAN, in_one_go=True)
    seen = snapshot(15.0, peak=watch(4.6))
    assert told(decide(seen, plan)) == (6.0, ReasonCode.MONTH_PEAK)
    waits = snapshot(15.0, draws_a=0.0, peak=watch(4.6))
    assert told(decide(waits, plan, a=0.0)) == (0.0, ReasonCode.MONTH_PEAK)


def test_a_car_on_one_phase_counts_as_one_though_its_charger_tells_no_current():
    """3.45 kW are 15 A of one phase, 5 A of which the house takes: enough for one phase, and 3 A for each of three."""
    seen = snapshot(5.0, draws_a=0.0, peak=watch(3.45), evses={"a": status(current_a=None, offered_a=0.0)})
    three = charger(step_a=0.1, maximum_a=20.0, phases=ALL_PHASES)
    assert told(decide(seen, PLAN, evse=three, a=0.0)) == (0.0, ReasonCode.MONTH_PEAK)
    assert told(decide(seen, replace(PLAN, phases=1), evse=three, a=0.0)) == (0.0, ReasonCode.RESUMING)


def test_in_the_last_seconds_nobody_is_paused():
    last = watch(4.6, 1.15, passed=QUARTER - timedelta(seconds=20))
    assert told(decide(snapshot(15.0, peak=last))) == (6.0, ReasonCode.MONTH_PEAK)
    assert told(decide(snapshot(15.0, draws_a=0.0, peak=last), a=0.0))[0] == 0.0


def test_a_rise_keeps_a_little_free():
    """At 14.5 A it would fit to 15 A; what is given should not have to be taken back."""
    assert told(decide(snapshot(5.0, draws_a=14.5, peak=watch(4.6)), a=14.5)) == (14.5, ReasonCode.MONTH_PEAK)


class TestWhomItHoldsBack:
    TIGHT = watch(2.5)

    @pytest.mark.parametrize("mode", [Mode.FAST, Mode.OFF, Mode.SOLAR, Mode.SOLAR_MIN])
    def test_no_other_mode(self, mode: Mode):
        seen = snapshot(5.0, modes={"a": mode})
        assert decide(replace(seen, peak=self.TIGHT)).setpoints == decide(seen).setpoints

    def test_nobody_without_a_plan(self):
        assert told(decide(snapshot(5.0, peak=self.TIGHT), plan=None)) == (20.0, ReasonCode.AT_MAXIMUM)

    @pytest.mark.parametrize(
        "plan",
        [
            pytest.param(replace(PLAN, urgent=True), id="it charges now, else it would be late"),
            pytest.param(replace(PLAN, missed_kwh=1.0, missed_for=Shortage.TIME), id="something will be missing"),
        ],
    )
    def test_nobody_whose_goal_is_at_risk(self, plan: Plan):
        assert told(decide(snapshot(5.0, peak=self.TIGHT), plan)) == (20.0, ReasonCode.PLANNED)

    @pytest.mark.parametrize(
        ("left", "expected"),
        [
            pytest.param(timedelta(minutes=70), (20.0, ReasonCode.PLANNED), id="an hour's charge in 70 min: all of it"),
            pytest.param(timedelta(minutes=90), (16.6, ReasonCode.MONTH_PEAK), id="in 80 % of 90 min: 5/6"),
            pytest.param(timedelta(minutes=125), (12.0, ReasonCode.MONTH_PEAK), id="in 80 % of 125 min: 60 %"),
            pytest.param(timedelta(hours=10), (6.0, ReasonCode.MONTH_PEAK), id="not below what a car takes"),
        ],
    )
    def test_who_had_to_start_keeps_what_makes_it_ready_in_time(
        self, left: timedelta, expected: tuple[float, ReasonCode]
    ):
        goal = Goal(energy_kwh=4.6, departure=NOW + left)
        seen = snapshot(5.0, peak=self.TIGHT, goals={"a": goal})
        assert told(decide(seen, replace(PLAN, urgent=True))) == expected

    def test_those_who_have_the_time_share_what_is_left_beside_those_who_have_not(self):
        """Of 40 A, less 3 %, the house takes 5 A and `b`, which had to start, its 16 A: 17.8 A are left for `a`."""
        late, patient = charger("b", step_a=0.1, maximum_a=20.0), ONE
        seen = snapshot(
            5.0,
            meters={"site": reading(5.0 + 20.0 + 16.0)},
            evses={"a": status(offered_a=20.0), "b": status(offered_a=16.0)},
            modes={"a": Mode.SMART, "b": Mode.SMART},
            goals={"b": Goal(energy_kwh=4.6, departure=NOW + timedelta(minutes=90))},
            peak=watch(9.2),
        )
        state = ControlState(at=NOW, meters=seen.meters, evses={"a": settled(20.0), "b": settled(16.0)})
        plans = {"a": PLAN, "b": replace(PLAN, urgent=True)}
        decision = step(site(patient, late, limit_a=63.0), seen, state, plans)
        assert told(decision, "a") == (17.8, ReasonCode.MONTH_PEAK)
        assert told(decision, "b")[0] == 16.0

    @pytest.mark.parametrize(
        ("goal", "held"),
        [
            # 4.6 kW for two hours.
            pytest.param(
                Goal(energy_kwh=9.2, departure=NOW + timedelta(hours=2, minutes=10)), False, id="10 min to spare"
            ),
            pytest.param(Goal(energy_kwh=9.2, departure=NOW + timedelta(hours=3)), True, id="an hour to spare"),
            pytest.param(Goal(energy_kwh=9.2), True, id="nobody leaves"),
        ],
    )
    def test_nobody_who_has_no_time_to_spare(self, goal: Goal, *, held: bool):
        code = told(decide(snapshot(5.0, peak=self.TIGHT, goals={"a": goal})))[1]
        assert code is (ReasonCode.MONTH_PEAK if held else ReasonCode.PLANNED)

    def test_what_cannot_pause_keeps_its_minimum(self):
        evse = replace(ONE, can_pause=False)
        assert told(decide(snapshot(15.0, peak=self.TIGHT), evse=evse)) == (6.0, ReasonCode.MONTH_PEAK)

    def test_beside_one_that_charges_fast_the_planned_one_gives_way(self):
        """Of 40 A, less 3 %, the house takes 5 A and the fast one 16 A: 17.8 A are left."""
        planned, fast = ONE, charger("b", step_a=0.1, maximum_a=16.0)
        seen = snapshot(
            5.0,
            meters={"site": reading(5.0 + 20.0 + 16.0)},
            evses={"a": status(offered_a=20.0), "b": status(offered_a=16.0)},
            modes={"a": Mode.SMART, "b": Mode.FAST},
            peak=watch(9.2),
        )
        state = ControlState(at=NOW, meters=seen.meters, evses={"a": settled(20.0), "b": settled(16.0)})
        decision = step(site(planned, fast, limit_a=63.0), seen, state, {"a": PLAN})
        assert told(decision, "a") == (17.8, ReasonCode.MONTH_PEAK)
        assert told(decision, "b") == (16.0, ReasonCode.AT_MAXIMUM)


class TestWhenItIsBlind:
    def test_a_silent_meter_leads_to_the_failsafe_as_ever(self):
        silent = snapshot(5.0, meters={"site": reading(25.0, at=later(-60))})
        guarded = decide(replace(silent, peak=watch(2.5)))
        assert guarded == decide(silent)
        assert told(guarded)[1] is ReasonCode.METER_SILENT

    def test_a_window_that_is_over_holds_nobody_back(self):
        over = watch(2.5, passed=QUARTER)
        assert told(decide(snapshot(5.0, peak=over)))[1] is ReasonCode.PLANNED

    def test_what_the_house_took_is_forgotten_while_nothing_is_guarded(self):
        assert decide(snapshot(5.0), house_w=1000.0).next_state.house_w is None
        assert decide(snapshot(5.0, peak=watch(9.0))).next_state.house_w == pytest.approx(1150.0)


def test_a_recording_of_it_is_decided_again_as_it_was():
    seen = snapshot(5.0, peak=watch(4.6, 0.4, passed=QUARTER / 3))
    state = ControlState(at=NOW, meters=seen.meters, evses={"a": settled(20.0)}, house_w=900.0)
    of = site(ONE, limit_a=63.0)
    again = step(
        from_json(Site, to_json(of)),
        from_json(SiteSnapshot, to_json(seen)),
        from_json(ControlState, to_json(state)),
        {"a": from_json(Plan, to_json(PLAN))},
    )
    assert again == step(of, seen, state, {"a": PLAN})
    assert told(again)[1] is ReasonCode.MONTH_PEAK


def _plans(data: st.DataObject, of: Site) -> dict[str, Plan]:
    currents = st.sampled_from([0.0, 6.0, 10.0, 32.0])
    return {
        evse.evse_id: replace(
            PLAN,
            slots=(PlanSlot(start=LONG_AGO, end=NOW + HOUR, current_a=data.draw(currents)),),
            urgent=data.draw(st.booleans()),
        )
        for evse in of.evses
        if data.draw(st.integers(0, 3))
    }


def _goals(data: st.DataObject, of: Site) -> dict[str, Goal]:
    goals = st.builds(
        Goal,
        energy_kwh=st.floats(0, 30),
        departure=st.floats(-600, 36_000).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    )
    return {evse.evse_id: data.draw(goals) for evse in of.evses if data.draw(st.booleans())}


def _watches(at: datetime) -> st.SearchStrategy[PeakWatch]:
    return st.builds(
        lambda passed_s, used_kwh, target_kw: PeakWatch(
            starts=at - timedelta(seconds=passed_s),
            ends=at - timedelta(seconds=passed_s) + QUARTER,
            used_kwh=used_kwh,
            target_kw=target_kw,
        ),
        st.floats(0, 899),
        st.floats(0, 3),
        st.floats(0, 12),
    )


def _currents(decision: Decision) -> Mapping[str, float | None]:
    return {evse_id: setpoint.current_a for evse_id, setpoint in decision.setpoints.items()}


def _only_lowers(of: Site, seen: SiteSnapshot, state: ControlState, plans: Mapping[str, Plan], peak: PeakWatch) -> None:
    """Assert that the guard raises no setpoint, leaves those alone who charge fast, and switches nothing off for that."""
    with_it, without = step(of, replace(seen, peak=peak), state, plans), step(of, seen, state, plans)
    guarded, free = _currents(with_it), _currents(without)
    for evse_id, current_a in guarded.items():
        if seen.modes.get(evse_id) is not Mode.SMART:
            assert current_a == free[evse_id], evse_id
        assert (current_a or 0.0) <= (free[evse_id] or 0.0) + 1e-9, evse_id
    assert with_it.shed_loads <= without.shed_loads


@given(scene=scenes(), data=st.data())
@settings(max_examples=60)
def test_it_never_raises_a_setpoint_and_leaves_fast_charging_alone(scene: Scene, data: st.DataObject):
    modes = {evse.evse_id: data.draw(st.sampled_from([Mode.SMART, Mode.FAST])) for evse in scene.site.evses}
    scene = replace(scene, modes=modes)
    calm = dict.fromkeys(scene.site.circuits[0].phases, 0.0)
    offers = dict.fromkeys((evse.evse_id for evse in scene.site.evses), 0.0)
    _, offers, state = scene.live(calm, offers, ControlState(), NOW, 45)
    base = {phase: data.draw(st.floats(-10, 40), label=phase) for phase in calm}
    seen = replace(scene.snapshot(later(45), base, offers, NOW), goals=_goals(data, scene.site))
    _only_lowers(scene.site, seen, state, _plans(data, scene.site), data.draw(_watches(later(45))))


@given(of=sites(), data=st.data())
def test_nor_does_it_on_a_bad_day(of: Site, data: st.DataObject):
    plans, state = _plans(data, of), ControlState()
    for tick in range(3):
        seen = replace(data.draw(any_snapshot(of, later(tick))), goals=_goals(data, of))
        _only_lowers(of, seen, state, plans, data.draw(_watches(later(tick))))
        state = step(of, seen, state, plans).next_state


def test_three_phases_count_three_times():
    """4.6 kW, less 3 %, are 6.47 A on each of three phases."""
    evse = charger(phases=ALL_PHASES, step_a=0.1, maximum_a=16.0)
    seen = SiteSnapshot(
        at=NOW,
        meters={"site": reading(16.0, 16.0, 16.0)},
        evses={"a": status(EvState.C, offered_a=16.0, draws=(16.0, 16.0, 16.0))},
        modes={"a": Mode.SMART},
        peak=watch(4.6),
    )
    state = ControlState(at=NOW, meters=seen.meters, evses={"a": settled(16.0)})
    decision = step(site(evse, limit_a=63.0, phases=3), seen, state, {"a": PLAN})
    assert told(decision) == (6.4, ReasonCode.MONTH_PEAK)
