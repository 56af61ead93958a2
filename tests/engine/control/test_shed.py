"""Which appliances give way, and when they come back: stories of a flat, told second by second."""

import pytest

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import LoadStatus
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory, LoadMemory
from tests.engine.builders import NOW, appliance, charger, later, mains, rating, reading, site, status, switched
from tests.engine.flat import Flat

BOILER = appliance(minimum_on_s=0, minimum_off_s=0)
"""10 A."""
HEATER = appliance("heater", power_w=1150, minimum_on_s=0, minimum_off_s=0)
"""5 A."""


class TestBeforeTheCar:
    """At the same priority the boiler gives way first: 5 A of the house, 10 of the boiler leave 25 for a car that wants 32."""

    def test_it_is_switched_off_when_it_was_in_the_way_for_a_minute(self):
        flat = Flat([BOILER])
        flat.live(60)
        assert (flat.car_a, flat.shed()) == ([25], set()), "the car does not wait for it"
        flat.live(1)
        assert flat.shed() == {"boiler"}
        assert flat.why() == Reason(
            code=ReasonCode.LOAD_SHED,
            params={"source": "rating", "circuit": "site", "limit_a": 40, "phase": "l1"},
        )
        flat.live(5)
        assert flat.car_a == [32]

    def test_it_waits_until_there_is_room_for_it_beside_the_car(self):
        flat = Flat([BOILER])
        flat.live(600)
        assert flat.history == [(60, "-boiler")]
        assert flat.why().code is ReasonCode.LOAD_WAITS
        assert flat.why().params["needed_w"] == 2300

    def test_it_comes_back_when_the_car_is_gone_for_a_minute(self):
        flat = Flat([BOILER])
        flat.live(300)
        flat.states["a"] = EvState.A
        flat.live(1)
        assert flat.why() == Reason(code=ReasonCode.LOAD_RESTORES, params={"at": later(360).isoformat()})
        flat.live(60)
        assert flat.history == [(60, "-boiler"), (360, "boiler")]
        assert flat.why().code is ReasonCode.LOAD_RUNS

    def test_a_car_that_has_what_it_wants_is_not_in_its_way(self):
        flat = Flat([BOILER], evses=[charger(maximum_a=25)])
        flat.live(300)
        assert (flat.car_a, flat.history) == ([25], [])

    def test_nor_is_half_an_ampere_worth_it(self):
        flat = Flat([BOILER], evses=[charger(maximum_a=25.5, step_a=0.1)])
        flat.live(300)
        assert flat.history == []

    def test_another_limit_that_binds_the_car_is_not_the_boilers_doing(self):
        garage = mains(rating(16), circuit_id="garage", parent_id="site", metered=False)
        flat = Flat([BOILER], evses=[charger(circuit_id="garage")])
        flat.site = Site(circuits=(flat.circuit, garage), evses=flat.site.evses, loads=flat.site.loads)
        flat.live(300)
        assert (flat.car_a, flat.history) == ([16], [])

    def test_one_whose_thermostat_does_not_call_has_nothing_to_give(self):
        flat = Flat([BOILER], takes_w={"boiler": 0}, metered=["boiler"], house_a=20)
        flat.live(300)
        assert (flat.car_a, flat.history) == ([20], [])

    def test_it_runs_its_minimum_time_first(self):
        flat = Flat([appliance(minimum_on_s=300, minimum_off_s=0)])
        flat.live(400)
        assert flat.history == [(300, "-boiler")]

    def test_and_rests_its_minimum_time(self):
        flat = Flat([appliance(minimum_on_s=0, minimum_off_s=900)])
        flat.live(120)
        flat.states["a"] = EvState.A
        flat.live(1)
        assert flat.why() == Reason(code=ReasonCode.LOAD_RESTORES, params={"at": later(960).isoformat()})
        flat.live(1000)
        assert flat.history == [(60, "-boiler"), (960, "boiler")]

    def test_after_its_longest_rest_its_turn_comes_before_the_car(self):
        flat = Flat([appliance(minimum_on_s=300, minimum_off_s=0, maximum_off_s=900)])
        flat.live(301)
        assert flat.shed() == {"boiler"}
        flat.live(901)
        assert flat.why().code is ReasonCode.LOAD_RESTORES
        assert flat.car_a == [25], "the car makes room first"
        flat.live(59)
        assert flat.history == [(300, "-boiler"), (1260, "boiler")]
        flat.live(299)
        assert flat.history[2:] == []
        flat.live(2)
        assert flat.history[2:] == [(1560, "-boiler")], "and gives way again when it has run its time"

    def test_it_is_not_switched_on_before_the_car_has_made_room(self):
        flat = Flat([appliance(minimum_on_s=0, minimum_off_s=0, maximum_off_s=300)])
        flat.live(300)
        flat.deaf = {"a"}
        flat.live(300)
        assert (flat.car_a, flat.shed()) == ([32], {"boiler"}), "told, but it does not answer"
        flat.deaf = set()
        flat.live(30)
        assert (flat.car_a, flat.shed()) == ([25], set())

    def test_room_that_goes_again_starts_the_wait_anew(self):
        flat = Flat([BOILER])
        flat.live(300)
        flat.states["a"] = EvState.A
        flat.live(50)
        flat.states["a"] = EvState.C
        flat.live(20)
        flat.states["a"] = EvState.A
        flat.live(60)
        assert flat.shed() == {"boiler"}
        flat.live(1)
        assert flat.shed() == set()

    def test_what_a_person_switched_on_runs_its_minimum(self):
        flat = Flat([appliance(minimum_on_s=300)], on={"boiler": False})
        flat.live(400)
        flat.on["boiler"] = True
        flat.live(200)
        assert flat.history == []

    def test_no_more_is_switched_off_than_is_needed(self):
        flat = Flat([BOILER, HEATER], evses=[charger(maximum_a=24)])
        flat.live(200)
        assert [name for _, name in flat.history] == ["-boiler"]


class TestAfterTheCar:
    """A boiler with a higher priority than the car."""

    LATE = appliance(minimum_on_s=300, minimum_off_s=120, priority=1)

    def test_the_car_gives_way_first(self):
        flat = Flat([self.LATE])
        flat.live(300)
        assert (flat.car_a, flat.history) == ([25], [])
        flat.house_a = 26
        flat.live(5)
        assert (flat.car_a, flat.history) == ([0], []), "4 A are left, less than the car's minimum"

    def test_it_goes_at_once_when_the_limit_is_exceeded_without_any_car(self):
        flat = Flat([self.LATE])
        flat.live(30)
        flat.house_a = 31
        flat.live(1)
        assert flat.shed() == {"boiler"}, "whatever its minimum time"
        assert flat.why().code is ReasonCode.LOAD_SHED

    def test_one_that_takes_nothing_stays_on_even_then(self):
        flat = Flat([self.LATE], takes_w={"boiler": 20}, metered=["boiler"], house_a=45)
        flat.live(30)
        assert flat.history == []

    def test_it_comes_back_before_the_car_has_more_than_nothing(self):
        flat = Flat([self.LATE])
        flat.live(30)
        flat.house_a = 31
        flat.live(1)
        flat.house_a = 20
        flat.live(200)
        assert flat.history == [(30, "-boiler"), (150, "boiler")], "two minutes of rest"
        assert flat.car_a == [10]

    def test_a_charger_that_cannot_pause_counts_with_its_minimum(self):
        flat = Flat([self.LATE], evses=[charger(can_pause=False)], house_a=25)
        flat.live(1)
        assert flat.shed() == {"boiler"}, "25 + 10 + 6 A exceed it"

    def test_a_reserve_for_what_the_house_may_do_is_given_by_the_car(self):
        slow = mains(rating(40), meter_period_s=300, stale_after_s=750)
        flat = Flat([self.LATE], circuit=slow, house_a=15)
        flat.live(30)
        assert flat.history == []
        assert 6 <= flat.car_a[0] < 15

    def test_a_reserve_switches_nothing_off(self):
        slow = mains(rating(40), meter_period_s=60, stale_after_s=150)
        flat = Flat([self.LATE], circuit=slow, house_a=29, states={"a": EvState.A})
        flat.live(30)
        assert flat.history == [], "39 of 40 A"


class TestAmongSeveral:
    def test_who_has_the_least_priority_gives_way_first_and_comes_back_last(self):
        loads = [appliance("first", minimum_off_s=0), appliance("second", minimum_off_s=0, priority=1)]
        flat = Flat(loads, states={"a": EvState.A}, house_a=15)
        flat.live(10)
        flat.house_a = 25
        flat.live(1)
        assert flat.shed() == {"first"}
        flat.house_a = 35
        flat.live(4)
        assert flat.shed() == {"first", "second"}, "as soon as the meter certainly tells what the first one freed"
        flat.house_a = 0
        flat.live(200)
        assert [name for _, name in flat.history] == ["-first", "-second", "second", "first"]

    def test_they_come_back_one_after_another(self):
        loads = [appliance(name, minimum_off_s=0) for name in ("a", "b", "c")]
        flat = Flat(loads, states={"a": EvState.A}, house_a=45)
        flat.live(1)
        assert flat.shed() == {"a", "b", "c"}
        flat.house_a = 0
        flat.live(200)
        back = [second for second, name in flat.history if not name.startswith("-")]
        assert back == [61, 91, 121], "half a minute apart: what one takes has to be seen first"

    def test_no_more_go_than_the_limit_needs(self):
        loads = [appliance(name) for name in ("a", "b", "c")]
        flat = Flat(loads, states={"a": EvState.A}, house_a=15)
        flat.live(1)
        assert flat.shed() == {"a"}

    def test_one_that_was_switched_off_just_now_counts_though_the_meter_does_not_show_it_yet(self):
        place = Site(
            circuits=(mains(rating(40), meter_period_s=10, stale_after_s=35),),
            loads=(appliance("a", minimum_off_s=0), appliance("b", minimum_off_s=0)),
        )
        state = ControlState()
        for second in range(10):
            looks = SiteSnapshot(
                at=later(second),
                meters={"site": reading(45)},
                loads={"a": switched(on=second < 2), "b": switched()},
            )
            decision = step(place, looks, state, {})
            state = decision.next_state
            assert decision.shed_loads == {"a"}, second

    def test_one_that_was_switched_on_just_now_counts_though_the_meter_does_not_show_it_yet(self):
        """It is on again since 19:00; the meter speaks every ten seconds, and did so just before."""
        place = Site(
            circuits=(mains(rating(40), meter_period_s=10, stale_after_s=35),), evses=(charger(),), loads=(BOILER,)
        )
        state = ControlState(
            at=later(-1),
            meters={"site": reading(30)},
            evses={"a": EvseMemory(setpoint_a=25, target_a=25, target_since=later(-600))},
            loads={"boiler": LoadMemory(since=NOW)},
        )
        for second in range(1, 10):
            looks = SiteSnapshot(
                at=later(second),
                meters={"site": reading(30)},
                evses={"a": status(offered_a=25, draws=[25], measured_at=later(second))},
                loads={"boiler": switched()},
            )
            decision = step(place, looks, state, {})
            state = decision.next_state
            assert decision.setpoints["a"].current_a == 25, second

    def test_one_whose_longest_rest_is_over_comes_before_the_others(self):
        loads = [
            appliance("fridge", minimum_off_s=0, maximum_off_s=60),
            appliance("boiler", minimum_off_s=0, priority=5),
        ]
        flat = Flat(loads, states={"a": EvState.A}, house_a=45)
        flat.live(100)
        flat.house_a = 15
        flat.live(200)
        assert [name for _, name in flat.history][2:] == ["fridge", "boiler"]

    def test_no_synchronous_start_with_a_car(self):
        """After an outage everybody wants to start."""
        flat = Flat([BOILER], evses=[charger(maximum_a=20)], house_a=45, policy={"load_delay_s": 10})
        flat.live(10)
        flat.house_a = 0
        flat.live(11)
        assert flat.car_a == [20], "the car starts at 20 s, when the boiler could as well"
        flat.live(60)
        assert flat.history == [(0, "-boiler"), (50, "boiler")]


class TestBetweenTwoCars:
    """A (16 A at the most) goes before the boiler, B after it; all stand below one fuse of 40 A."""

    def run(self, seconds: int = 1800, *, strategy: str = "equal", house_a: float = 0.0) -> Flat:
        flat = Flat(
            [appliance(minimum_on_s=300, minimum_off_s=300, priority=1)],
            evses=[charger("a", maximum_a=16, priority=2), charger("b")],
            policy={"strategy": strategy},
            house_a=house_a,
        )
        flat.live(seconds)
        return flat

    def test_by_priority_the_last_one_gives_way_first(self):
        flat = self.run(strategy="priority")
        assert (flat.car_a, flat.history) == ([16, 14], [])

    def test_between_two_cars_the_last_one_gives_way_first(self):
        flat = self.run()
        assert flat.history == []

    def test_then_the_boiler_and_at_last_the_first(self):
        flat = self.run(strategy="priority", house_a=20)
        assert (flat.car_a, flat.shed()) == ([14, 6], {"boiler"}), "among cars, minimums come first"
        flat.house_a = 29
        flat.live(5)
        assert (flat.car_a, flat.shed()) == ([11, 0], {"boiler"})


class TestOddities:
    def test_what_a_person_switched_off_is_his(self):
        flat = Flat([BOILER], on={"boiler": False})
        flat.live(300)
        assert flat.why().code is ReasonCode.LOAD_OFF
        assert flat.history == []

    def test_what_a_person_switched_on_again_is_his_and_gives_way_again_in_its_time(self):
        flat = Flat([appliance(minimum_on_s=300, minimum_off_s=0)])
        flat.live(400)
        assert flat.shed() == {"boiler"}
        flat.on["boiler"] = True
        flat.live(1)
        assert flat.shed() == set()
        assert flat.why().code is ReasonCode.LOAD_RUNS
        flat.live(299)
        assert flat.shed() == set()
        flat.live(2)
        assert flat.shed() == {"boiler"}

    def test_one_that_needs_half_a_minute_to_go_off_is_not_taken_for_a_persons_wish(self):
        flat = Flat([BOILER], deaf={"boiler"})
        flat.live(61 + 30)
        assert flat.shed() == {"boiler"}
        flat.live(1)
        assert flat.shed() == set(), "by now it is"

    @pytest.mark.parametrize("on", [False, None])
    def test_one_of_which_nobody_knows_whether_it_is_on_is_left_alone(self, on: bool | None):
        flat = Flat([BOILER], on={"boiler": on}, house_a=45)
        flat.live(100)
        assert (flat.why().code, flat.shed()) == (ReasonCode.LOAD_OFF, set())

    def test_one_that_cannot_be_reached_is_left_alone(self):
        flat = Flat([BOILER], unreachable={"boiler"}, house_a=45)
        flat.live(100)
        assert (flat.why().code, flat.shed()) == (ReasonCode.LOAD_OFF, set())

    def test_a_shed_one_that_cannot_be_reached_stays_shed_until_there_is_room(self):
        flat = Flat([BOILER])
        flat.live(100)
        flat.unreachable = {"boiler"}
        flat.live(100)
        assert flat.shed() == {"boiler"}
        flat.states["a"] = EvState.A
        flat.live(61)
        assert flat.shed() == set()

    def test_one_whose_power_nobody_knows_needs_a_whole_socket_to_come_back(self):
        flat = Flat(
            [appliance(power_w=None, minimum_on_s=0, minimum_off_s=0)],
            takes_w={"boiler": 2300},
            states={"a": EvState.A},
            house_a=45,
        )
        flat.live(10)
        assert flat.shed() == {"boiler"}
        flat.house_a = 23.8
        flat.live(300)
        assert flat.why().params["needed_w"] == 16 * 230
        flat.house_a = 22
        flat.live(61)
        assert flat.shed() == set()

    def test_after_a_restart_what_we_had_switched_off_is_still_ours(self):
        fuse = site(circuits=[mains(rating(40))])
        place = Site(circuits=fuse.circuits, loads=(BOILER,))
        off = LoadStatus(reachable=True, on=False, shed=True)
        decision = step(
            place, SiteSnapshot(at=later(0), meters={"site": reading(38)}, loads={"boiler": off}), ControlState(), {}
        )
        assert decision.shed_loads == {"boiler"}
        assert decision.load_reasons["boiler"].code is ReasonCode.LOAD_WAITS

    def test_before_the_first_reading_nothing_is_known_to_be_in_the_way(self):
        place = Site(circuits=(mains(rating(40)),), evses=(charger(),), loads=(BOILER,))
        state = ControlState()
        for second in range(120):
            looks = SiteSnapshot(
                at=later(second), evses={"a": status()}, loads={"boiler": LoadStatus(reachable=True, on=True)}
            )
            decision = step(place, looks, state, {})
            state = decision.next_state
            assert decision.shed_loads == frozenset()

    def test_on_three_phases_each_counts_on_its_own(self):
        place = mains(rating(16), phases=3)
        one = appliance(phases=(ALL_PHASES[1],), minimum_on_s=0)
        scene = SiteSnapshot(
            at=later(0),
            meters={"site": reading(20, 10, 0)},
            loads={"boiler": LoadStatus(reachable=True, on=True)},
        )
        decision = step(Site(circuits=(place,), loads=(one,)), scene, ControlState(), {})
        assert decision.shed_loads == frozenset(), "the phase that is exceeded is not its own"
        wide = appliance(phases=ALL_PHASES, power_w=6900, minimum_on_s=0)
        decision = step(Site(circuits=(place,), loads=(wide,)), scene, ControlState(), {})
        assert decision.shed_loads == {"boiler"}

    def test_a_limit_of_the_chargers_alone_is_none_of_its_business(self):
        dimmed = Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True)
        flat = Flat([BOILER], circuit=mains(rating(40), dimmed))
        flat.live(300)
        assert (flat.car_a, flat.history) == ([18], [])

    def test_nor_is_how_far_phases_may_differ(self):
        place = Site(circuits=(mains(rating(40), phases=3, unbalance_a=1),), loads=(BOILER,))
        scene = SiteSnapshot(
            at=later(0),
            meters={"site": reading(20, 0, 0)},
            loads={"boiler": LoadStatus(reachable=True, on=True)},
        )
        assert step(place, scene, ControlState(), {}).shed_loads == frozenset()
