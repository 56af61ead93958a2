"""The safety rules over whole stories: random trees, faults, late cars and slow meters, one thing after another.

Hypothesis tells the stories.
"""

import math

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_components.smart_charging.engine.control.demand import lowest_a
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.state import ControlState

from .living import LivingSite
from .living_parts import FOLLOWS_S, LivingCharger, LivingLoad, LivingMeter
from .worlds import shuffled, sites

SPARE_S = 3
"""A second for the command, one for rounding, one for the meter's wire."""


class Stories(RuleBasedStateMachine):
    """One site, to which things happen; after each of them it lives for a while, and every second is judged."""

    world: LivingSite

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Build the site."""
        site = data.draw(sites(can_pause=data.draw(st.booleans())))
        self.world = LivingSite(
            site=site,
            chargers=[data.draw(self._charger(site, number)) for number in range(len(site.evses))],
            meters=[
                LivingMeter(circuit, total_only=circuit.unbalance_a is None and data.draw(st.integers(0, 3)) == 0)
                for circuit in site.circuits
                if circuit.metered
            ],
            loads=[LivingLoad(load) for load in site.loads],
        )
        self.order = data.draw(st.permutations(range(len(site.evses))))
        self.other_site, self.other_state = shuffled(site, self.order), ControlState()
        self.quiet_s = 0
        self._live(1)

    @staticmethod
    @st.composite
    def _charger(draw: st.DrawFn, site: Site, number: int) -> LivingCharger:
        evse = site.evses[number]
        return LivingCharger(
            evse=evse,
            plugged=draw(st.booleans()),
            uses=draw(st.integers(1, len(evse.phases))),
            share=draw(st.sampled_from([1.0, 0.95, 0.9])),
            late_s=draw(st.integers(0, FOLLOWS_S - 1)),
            measures_s=draw(st.sampled_from([1, 5, 10, 30])),
            offered_a=draw(st.sampled_from([0.0, lowest_a(evse), evse.maximum_a])),
        )

    @property
    def bound_s(self) -> float:
        """How long an overload may last that the chargers can mend, since the last thing that happened."""
        period_s = max(circuit.meter_period_s for circuit in self.world.site.circuits)
        measures_s = max(charger.measures_s for charger in self.world.chargers)
        return period_s + 2 * self.world.site.policy.follow_s + measures_s + FOLLOWS_S + SPARE_S

    @rule(seconds=st.sampled_from([3, 30, 130]))
    def time_passes(self, seconds: int) -> None:
        self._live(seconds)

    @rule(data=st.data(), seconds=st.sampled_from([1, 10, 60]))
    def the_house_jumps(self, data: st.DataObject, seconds: int) -> None:
        self._jump(data, seconds)

    @rule(data=st.data(), seconds=st.sampled_from([2, 20, 60]))
    def the_house_jumps_again(self, data: st.DataObject, seconds: int) -> None:
        self._jump(data, seconds)

    def _jump(self, data: st.DataObject, seconds: int) -> None:
        meter = data.draw(st.sampled_from(self.world.meters))
        # A meter that knows only the total cannot show what one phase exports and another one takes.
        export_a = 0.0 if any(meter.total_only for meter in self.world.meters) else -15.0
        loads = st.sampled_from([0.0, 3.0, 8.0, 16.0, 40.0, export_a])
        self.world.house_a[meter.circuit.circuit_id] = {phase: data.draw(loads) for phase in meter.circuit.phases}
        self._live(seconds, happened=True)

    @rule(data=st.data(), seconds=st.sampled_from([1, 10, 45]))
    def a_car_comes_or_goes(self, data: st.DataObject, seconds: int) -> None:
        charger = data.draw(st.sampled_from(self.world.chargers))
        charger.plugged = not charger.plugged
        self._live(seconds, happened=True)

    @rule(data=st.data(), seconds=st.sampled_from([1, 10, 130]))
    def a_charger_drops_out_or_comes_back(self, data: st.DataObject, seconds: int) -> None:
        charger = data.draw(st.sampled_from(self.world.chargers))
        (charger.lose if charger.reachable else charger.find)(self.world.second)
        self._live(seconds, happened=True)

    @rule(data=st.data(), how=st.sampled_from(["silent", "nan", "1e9", "-1e9"]), seconds=st.sampled_from([1, 12, 45]))
    def a_meter_fails_or_is_mended(self, data: st.DataObject, how: str, seconds: int) -> None:
        meter = data.draw(st.sampled_from(self.world.meters))
        if meter.silent or meter.garbles is not None:
            meter.silent, meter.garbles = False, None
        else:
            meter.silent = how == "silent"
            meter.garbles = None if meter.silent else float(how)
        self._live(seconds, happened=True)

    @rule(seconds=st.sampled_from([1, 10]))
    def home_assistant_restarts(self, seconds: int) -> None:
        self.world.restart()
        self.other_state = ControlState()
        self._live(seconds, happened=True)

    @rule(data=st.data(), mode=st.sampled_from([Mode.OFF, Mode.FAST]))
    def a_driver_chooses(self, data: st.DataObject, mode: Mode) -> None:
        data.draw(st.sampled_from(self.world.chargers)).mode = mode
        self._live(5, happened=True)

    @rule(
        data=st.data(),
        limit=st.sampled_from(
            [
                None,
                Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True),
                Limit(source=LimitSource.USER, current_a=12),
                Limit(source=LimitSource.OPERATOR, current_a=10, chargers_only=True),
            ]
        ),
    )
    def a_limit_comes_or_goes(self, data: st.DataObject, limit: Limit | None) -> None:
        circuit = data.draw(st.sampled_from(self.world.site.circuits))
        self.world.limits = {} if limit is None else {circuit.circuit_id: (limit,)}
        self._live(10, happened=True)

    @precondition(lambda self: self.world.loads)
    @rule(data=st.data())
    def a_person_flips_a_switch(self, data: st.DataObject) -> None:
        load = data.draw(st.sampled_from(list(self.world.loads)))
        load.switch(self.world.second, on=not load.on)
        self._live(5, happened=True)

    def _live(self, seconds: int, *, happened: bool = False) -> None:
        if happened:
            self.quiet_s = 0
        for _ in range(seconds):
            before = {charger.evse.evse_id: charger.offered_a for charger in self.world.chargers}
            shed = {load.load.load_id: (load.shed, load.on) for load in self.world.loads}
            if any(charger.falls_back(self.world.second) for charger in self.world.chargers):
                self.quiet_s = 0
            decision = self.world.live()
            self.quiet_s += 1
            self._judge_setpoints(decision, before)
            self._judge_rises(before)
            self._judge_loads(decision, shed)
            self._judge_order(decision)
            if self.quiet_s > self.bound_s:
                assert self.world.overloads() == [], self.world.overloads()

    def _judge_setpoints(self, decision: Decision, before: dict[str, float]) -> None:
        """On the step and in range; never 0 where it cannot pause; no more than it had while a meter is unknown."""
        for charger in self.world.chargers:
            evse, current_a = charger.evse, decision.setpoints[charger.evse.evse_id].current_a
            if current_a is None:
                continue
            if current_a == 0:
                assert evse.can_pause or not charger.plugged or evse.failsafe_a == 0
                continue
            assert lowest_a(evse) - 1e-9 <= current_a <= evse.maximum_a + 1e-9
            assert math.isclose(current_a / evse.step_a, round(current_a / evse.step_a), abs_tol=1e-6)
            unknown = [
                circuit
                for circuit in self.world.site.path(evse.circuit_id)
                if circuit.metered and not decision.headroom[circuit.circuit_id].known
            ]
            if unknown:
                assert current_a <= max(before[evse.evse_id], evse.failsafe_a, charger.floor_a) + 1e-9
                assert current_a <= max(evse.failsafe_a, charger.floor_a) + 1e-9

    def _judge_rises(self, before: dict[str, float]) -> None:
        """Whoever is given more fits beside what the others draw, or were told, by the last word of every meter."""
        risen = [
            charger
            for charger in self.world.chargers
            if charger.reachable
            and charger.offered_a > max(before[charger.evse.evse_id], charger.floor_a, charger.evse.failsafe_a)
            and not self.world.blind(charger)
        ]
        if risen:
            over = self.world.overcommitted(risen)
            assert over == [], over

    def _judge_loads(self, decision: Decision, before: dict[str, tuple[bool, bool]]) -> None:
        """Only what was on is switched off, and what was off rests its time."""
        for load in self.world.loads:
            load_id = load.load.load_id
            was_shed, was_on = before[load_id]
            if load_id in decision.shed_loads and not was_shed:
                assert was_on
            if was_shed and load_id not in decision.shed_loads and load.shed_at is not None:
                rested_s = self.world.second - 1 - load.shed_at
                assert rested_s >= load.load.minimum_off_s or load.by_hand_at is not None

    def _judge_order(self, decision: Decision) -> None:
        """The order in which chargers and appliances are listed changes nothing."""
        assert self.world.snapshot is not None
        other = step(self.other_site, self.world.snapshot, self.other_state, {})
        self.other_state = other.next_state
        assert dict(other.setpoints) == dict(decision.setpoints), (decision.setpoints, other.setpoints)
        assert other.shed_loads == decision.shed_loads, (decision.shed_loads, other.shed_loads)

    @invariant()
    def a_second_look_sends_nothing(self) -> None:
        """The same moment, looked at again: nothing more is decided."""
        world = self.world
        assert world.snapshot is not None
        assert world.decision is not None
        again = step(world.site, world.snapshot, world.state, {})
        told = {evse_id: setpoint.current_a for evse_id, setpoint in world.decision.setpoints.items()}
        told_again = {evse_id: setpoint.current_a for evse_id, setpoint in again.setpoints.items()}
        assert told_again == told, (told, told_again)
        assert again.shed_loads == world.decision.shed_loads, (world.decision.shed_loads, again.shed_loads)


def test_stories():
    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=60,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            # Without shrinking, which takes many minutes here: add Phase.shrink to have a story that failed made short.
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
