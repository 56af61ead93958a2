"""Charging by the sun, tick by tick: what is left over is used, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.decision import Decision, Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.solar import SolarPolicy
from custom_components.smart_charging.engine.model.state import ControlState
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.engine.builders import charger, later, mains, rating

MINIMUM_W = 6 * 230.0


@dataclass(kw_only=True)
class Home:
    """A home with a roof: its cars take what they are offered at once, its chargers do what they are told at once."""

    evses: tuple[Evse, ...] = (charger("a", step_a=0.1, maximum_a=16.0),)
    modes: dict[str, Mode] = field(default_factory=lambda: {"a": Mode.SOLAR})
    policy: ControlPolicy = field(default_factory=ControlPolicy)
    phases: int = 1
    limit_a: float = 40.0
    car_phases: dict[str, int] = field(default_factory=dict[str, int])
    takes: float = 1.0
    plugged: bool = True
    full: frozenset[str] = frozenset()
    """Those whose cars take nothing."""
    house_a: tuple[float, ...] = (0.0, 0.0, 0.0)
    """On each phase, beside what is said of the surplus."""
    battery: BatteryReading | None = None
    keep_phases: frozenset[str] = frozenset()
    meter_speaks: bool = True
    now_s: int = 0
    state: ControlState = field(default_factory=ControlState)
    offered: dict[str, float] = field(default_factory=dict[str, float])
    on: dict[str, int] = field(default_factory=dict[str, int])
    since: dict[str, datetime] = field(default_factory=dict[str, datetime])
    decision: Decision | None = None
    under_load: int = 0
    _last: MeterReading | None = None

    def __post_init__(self) -> None:
        self.site = Site(
            circuits=(mains(rating(self.limit_a), phases=self.phases),), evses=self.evses, policy=self.policy
        )
        for evse in self.evses:
            self.offered.setdefault(evse.evse_id, 0.0)
            self.on.setdefault(evse.evse_id, len(evse.phases))
            self.since.setdefault(evse.evse_id, later(-600))

    def drawn_a(self, evse: Evse) -> tuple[float, ...]:
        used = min(self.on[evse.evse_id], self.car_phases.get(evse.evse_id, 3))
        offer = self.offered[evse.evse_id] if self.plugged and evse.evse_id not in self.full else 0.0
        return tuple(offer * self.takes if number < used else 0.0 for number in range(len(evse.phases)))

    def car_w(self, name: str = "a") -> float:
        evse = next(evse for evse in self.evses if evse.evse_id == name)
        return sum(self.drawn_a(evse)) * 230

    def run(self, seconds: int, surplus_w: float | Callable[[int], float]) -> Setpoint:
        """Let it run; `surplus_w` is what the roof gives beyond the house. Gives the first charger's last setpoint."""
        for _ in range(seconds):
            self.now_s += 1
            there_w = surplus_w(self.now_s) if callable(surplus_w) else surplus_w
            self.tick(there_w)
        assert self.decision is not None
        return self.decision.setpoints[self.evses[0].evse_id]

    def tick(self, there_w: float) -> None:
        now, site_phases = later(self.now_s), ALL_PHASES[: self.phases]
        load = {
            phase: house - there_w / 230 / self.phases for phase, house in zip(site_phases, self.house_a, strict=False)
        }
        for evse in self.evses:
            for phase, drawn in zip(evse.phases, self.drawn_a(evse), strict=True):
                load[phase] += drawn
        if self.meter_speaks:
            self._last = MeterReading(at=now, current_a=load)
        assert self._last is not None
        snapshot = SiteSnapshot(
            at=now,
            meters={"site": self._last},
            evses={evse.evse_id: self._status(evse, now) for evse in self.evses},
            modes=self.modes,
            battery=self.battery,
            keep_phases=self.keep_phases,
        )
        self.decision = step(self.site, snapshot, self.state, {})
        self.state = self.decision.next_state
        for evse in self.evses:
            self._obey(evse, self.decision.setpoints[evse.evse_id], now)

    def _status(self, evse: Evse, now: datetime) -> EvseStatus:
        name, drawn = evse.evse_id, self.drawn_a(evse)
        state = EvState.C if drawn[0] else EvState.B
        return EvseStatus(
            reachable=True,
            reachable_since=later(-600),
            state=state if self.plugged else EvState.A,
            state_at=self.since[name],
            offered_a=self.offered[name],
            offered_at=self.since[name],
            offered_phases=self.on[name] if evse.can_switch_phases else None,
            measured_at=now,
            current_a=drawn,
        )

    def _obey(self, evse: Evse, setpoint: Setpoint, now: datetime) -> None:
        name = evse.evse_id
        if setpoint.phases is not None and setpoint.phases != self.on[name]:
            self.under_load += self.drawn_a(evse)[0] > 0
            self.on[name], self.since[name] = setpoint.phases, now
        if setpoint.current_a is not None and setpoint.current_a != self.offered[name]:
            self.offered[name], self.since[name] = setpoint.current_a, now


def solar(**policy: Any) -> ControlPolicy:
    return ControlPolicy(solar=SolarPolicy(**policy))


SWITCHER = charger("a", phases=ALL_PHASES, can_switch_phases=True, step_a=0.1, maximum_a=16.0)


def switching_home(**changes: Any) -> Home:
    values: dict[str, Any] = {"evses": (SWITCHER,), "phases": 3}
    return Home(**(values | changes))


def test_it_waits_for_the_sun_and_says_for_how_much():
    setpoint = Home().run(60, 1000)
    assert setpoint.current_a == 0
    assert setpoint.reason.code is ReasonCode.SOLAR_WAITS
    assert setpoint.reason.params == {"surplus_w": pytest.approx(1000), "needed_w": MINIMUM_W}


def test_it_says_when_it_will_start():
    home = Home(policy=solar(start_delay_s=100, average_s=0))
    setpoint = home.run(20, 2 * MINIMUM_W)
    assert setpoint.reason.code is ReasonCode.SOLAR_WAITS
    assert setpoint.reason.params["at"] == later(101).isoformat(), "the first tick has no time behind it"


def test_it_uses_what_there_is_and_no_more():
    home = Home()
    setpoint = home.run(90, 2530)
    assert setpoint.current_a == 11.0
    assert setpoint.reason.code is ReasonCode.SOLAR
    assert setpoint.reason.params["surplus_w"] == pytest.approx(2530, rel=0.01)


def test_it_goes_down_within_a_second():
    home = Home()
    home.run(90, 2530)
    assert home.run(1, 1840).current_a == 8.0


def test_a_little_less_is_not_worth_a_command():
    home = Home()
    home.run(90, 2530)
    assert home.run(30, 2530 - 0.1 * 230).current_a == 11.0
    assert home.run(1, 2530 - 0.3 * 230).current_a == pytest.approx(10.7)


def test_it_goes_up_after_the_damping():
    home = Home()
    home.run(90, 1840)
    assert home.run(15, 2530).current_a == 11.0


def test_a_car_that_takes_95_percent_is_offered_as_much_as_it_takes_to_use_all():
    home = Home(takes=0.95)
    home.run(120, 2530)
    assert home.car_w() == pytest.approx(2530, abs=60)


def test_a_short_cloud_is_borne_at_the_minimum():
    home = Home(policy=solar(stop_delay_s=90))
    home.run(90, 2530)
    setpoint = home.run(60, 0)
    assert setpoint.current_a == 6.0
    assert setpoint.reason.code is ReasonCode.SOLAR_ENDS
    assert setpoint.reason.params["minimum_a"] == 6.0
    ends_at = datetime.fromisoformat(str(setpoint.reason.params["at"]))
    assert later(180) <= ends_at <= later(185), "what the car still took while it followed does not count as missing"
    assert home.run(15, 2530).current_a == 11.0


def test_a_long_cloud_ends_it():
    home = Home(policy=solar(stop_delay_s=90))
    home.run(90, 2530)
    assert home.run(89, 0).current_a == 6.0
    assert home.run(7, 0).current_a == 0


def test_solar_min_never_goes_below_the_minimum_and_takes_the_sun_on_top():
    home = Home(modes={"a": Mode.SOLAR_MIN})
    setpoint = home.run(600, 0)
    assert setpoint.current_a == 6.0
    assert setpoint.reason.code is ReasonCode.SOLAR_MINIMUM
    assert setpoint.reason.params == {"minimum_a": 6.0, "surplus_w": 0.0}
    assert home.run(30, 2530).current_a == 11.0


def test_solar_min_stays_below_the_limits():
    home = Home(modes={"a": Mode.SOLAR_MIN}, limit_a=5.0)
    setpoint = home.run(60, 0)
    assert setpoint.current_a == 0
    assert setpoint.reason.code is ReasonCode.NO_ROOM


def test_a_charger_that_cannot_pause_keeps_its_minimum():
    home = Home(evses=(charger("a", can_pause=False, step_a=0.1),))
    assert home.run(600, 0).current_a == 6.0


def test_the_sun_loosens_no_limit():
    home = Home(limit_a=8.0)
    setpoint = home.run(120, 5000)
    assert setpoint.current_a == 16.0, "export relieves the mains"
    own = replace(home.evses[0], circuit_id="garage")
    garage = mains(rating(8), circuit_id="garage", parent_id="site", metered=False)
    site = Site(circuits=(mains(rating(40)), garage), evses=(own,))
    home = Home(evses=(own,))
    home.site = site
    setpoint = home.run(120, 5000)
    assert setpoint.current_a == 8.0
    assert setpoint.reason.params["source"] == "rating"


def test_a_part_may_come_from_the_grid():
    home = Home(policy=solar(grid_share=0.5))
    assert home.run(90, 1150).current_a == 10.0


def test_the_home_battery_goes_first_or_the_car_does():
    charging = BatteryReading(at=later(10_000), power_w=3000.0, soc=0.5)
    assert Home(battery=charging).run(90, 0).current_a == 0
    assert Home(battery=charging, policy=solar(battery_first=False)).run(90, 0).current_a == 13.0


def test_while_the_meter_is_silent_nobody_knows_of_any_sun():
    home = Home(policy=solar(stop_delay_s=60))
    home.run(90, 2530)
    home.meter_speaks = False
    setpoint = home.run(30, 2530)
    assert setpoint.current_a == 6.0
    assert setpoint.reason.code is ReasonCode.METER_SILENT
    assert home.state.surplus_w is None
    assert home.run(60, 2530).current_a == 0, "without a meter it ends as under a cloud"


def test_another_mode_forgets_the_sun_but_not_the_starts():
    home = Home()
    home.run(90, 2530)
    home.modes = {"a": Mode.FAST}
    assert home.run(30, 0).current_a == 16.0
    memory = home.state.evses["a"].sun
    assert (memory.runs, len(memory.starts)) == (False, 1)


def test_a_car_that_left_leaves_no_trace_of_its_own():
    home = Home()
    home.run(90, 2530)
    home.plugged = False
    setpoint = home.run(2, 2530)
    assert setpoint.reason.code is ReasonCode.NO_CAR
    assert home.state.evses["a"].sun.starts == ()


def test_a_gap_between_two_ticks_counts_for_a_minute_at_the_most():
    home = Home(policy=solar(start_delay_s=100))
    home.run(2, 2 * MINIMUM_W)
    home.now_s += 3600
    home.run(1, 2 * MINIMUM_W)
    assert home.state.evses["a"].sun.enough_s == pytest.approx(61)


# Several cars.

TWO = (charger("a", step_a=0.1, maximum_a=16.0), charger("b", step_a=0.1, maximum_a=16.0))
BOTH = {"a": Mode.SOLAR, "b": Mode.SOLAR}


def two(**changes: Any) -> Home:
    values: dict[str, Any] = {"evses": TWO, "modes": BOTH}
    return Home(**(values | changes))


def currents(home: Home) -> Mapping[str, float]:
    return dict(home.offered)


def test_enough_for_one_is_not_split():
    home = two()
    home.run(300, 2300)
    assert currents(home) == {"a": 10.0, "b": 0.0}


def test_a_second_car_starts_at_the_sum_of_the_minimums():
    home = two()
    home.run(300, 2300)
    home.run(600, 3450)
    assert currents(home) == {"a": 7.5, "b": 7.5}


def test_by_priority_the_first_one_has_the_rest():
    preferred = replace(TWO[1], priority=1)
    home = two(evses=(TWO[0], preferred), policy=ControlPolicy(strategy=Strategy.PRIORITY))
    home.run(900, 3680)
    assert currents(home) == {"a": 6.0, "b": 10.0}


def test_the_one_with_the_lower_priority_ends_first():
    preferred = replace(TWO[1], priority=1)
    home = two(evses=(TWO[0], preferred))
    home.run(900, 3680)
    home.run(400, 1840)
    assert currents(home) == {"a": 0.0, "b": 8.0}


def test_a_minimum_is_served_before_the_sun_is_shared():
    home = two(modes={"a": Mode.SOLAR, "b": Mode.SOLAR_MIN})
    home.run(300, 2000)
    assert currents(home) == {"a": 0.0, "b": pytest.approx(8.6)}


def test_a_car_that_is_full_leaves_the_sun_to_the_other():
    home = two()
    home.run(900, 3450)
    home.full = frozenset({"a"})
    home.run(300, 3450)
    assert currents(home) == {"a": 6.0, "b": 15.0}, "it keeps an offer, in case it wants more"


def test_who_charges_fast_is_part_of_the_house():
    home = two(modes={"a": Mode.SOLAR, "b": Mode.FAST})
    home.run(300, 3680 + 2300)
    assert currents(home) == {"a": 10.0, "b": 16.0}


# Phases.


def test_it_starts_on_one_phase_and_goes_up_when_there_is_enough_for_three():
    home = switching_home()
    home.run(120, 2300)
    assert (home.on["a"], home.offered["a"]) == (1, 10.0)
    home.run(700, 6900)
    assert (home.on["a"], home.offered["a"]) == (3, 10.0)
    assert home.under_load == 0


def test_it_is_paused_for_the_switch_and_says_so():
    home = switching_home()
    home.run(120, 2300)
    codes = {home.run(1, 6900).reason.code for _ in range(700)}
    assert ReasonCode.SWITCHING_PHASES in codes


def test_it_goes_down_to_one_phase_before_it_ends():
    home = switching_home()
    home.run(120, 2300)
    home.run(700, 6900)
    home.run(120, 2300)
    assert (home.on["a"], home.offered["a"]) == (1, 10.0)
    assert home.under_load == 0


def test_a_car_that_must_not_be_switched_is_not():
    home = switching_home(keep_phases=frozenset({"a"}))
    home.run(300, 2300)
    assert (home.on["a"], home.offered["a"]) == (3, 0.0)
    home.run(300, 6900)
    assert (home.on["a"], home.offered["a"]) == (3, 10.0)


def test_a_one_phase_car_on_three_phases_needs_no_switch_once_it_is_known():
    home = switching_home(car_phases={"a": 1}, modes={"a": Mode.FAST})
    home.run(60, 0)
    home.modes = {"a": Mode.SOLAR}
    home.run(300, 2300)
    assert (home.on["a"], home.offered["a"]) == (3, 10.0)


def test_who_wants_to_charge_fast_gets_all_phases_back():
    home = switching_home()
    home.run(120, 2300)
    home.modes = {"a": Mode.FAST}
    home.run(90, 2300)
    assert (home.on["a"], home.offered["a"]) == (3, 16.0)


def test_fast_on_one_phase_where_the_limit_has_no_room_for_three():
    home = switching_home(modes={"a": Mode.FAST}, limit_a=20.0, house_a=(0.0, 16.0, 16.0))
    home.run(180, 0)
    assert (home.on["a"], home.offered["a"]) == (1, 16.0)
    home.house_a = (0.0, 0.0, 0.0)
    home.run(700, 0)
    assert (home.on["a"], home.offered["a"]) == (3, 16.0)
    assert home.under_load == 0


# Whatever the sky does.

SKIES = st.lists(st.tuples(st.integers(5, 400), st.floats(-2000, 12_000)), min_size=2, max_size=12)


@settings(max_examples=15, deadline=None)
@given(sky=SKIES, phases=st.sampled_from([1, 3]), limit_a=st.floats(6, 40))
@example(sky=[(95, 2760.0), (5, 0.0), (16, 1495.0)], phases=1, limit_a=6.0)
def test_no_sky_takes_the_mains_above_its_limit_or_wears_the_charger(
    sky: list[tuple[int, float]], phases: int, limit_a: float
):
    home = switching_home(limit_a=limit_a) if phases == 3 else Home(limit_a=limit_a)
    starts, was, cut_off = 0, 0.0, False
    for seconds, there_w in sky:
        for _ in range(seconds):
            setpoint = home.run(1, there_w)
            offer = setpoint.current_a or 0.0
            assert offer == 0 or 6 <= offer <= 16
            base_a = -there_w / 230 / home.phases
            assert offer == 0 or base_a + offer <= limit_a + 1e-6
            if offer == 0 < was:
                # What the mains cut off, at once, is no start of the sun's when it goes on.
                cut_off = setpoint.reason.code is ReasonCode.NO_ROOM
            starts += offer > 0 == was and not cut_off and setpoint.reason.code is not ReasonCode.SWITCHING_PHASES
            was = offer
    memory = home.state.evses["a"]
    assert len(memory.sun.starts) <= 6
    assert len(memory.phases.switched) <= 6
    assert home.under_load == 0
    assert starts <= len(memory.sun.starts) + len(memory.phases.switched)


@settings(max_examples=15, deadline=None)
@given(sky=SKIES, phases=st.sampled_from([1, 3]))
def test_after_any_sky_the_night_ends_it(sky: list[tuple[int, float]], phases: int):
    home = switching_home() if phases == 3 else Home()
    for seconds, there_w in sky:
        home.run(seconds, there_w)
    # The most patient wait, once on all phases and once on one, and a switch between the two.
    setpoint = home.run(2 * round(48 * 1.5**4) + 60, -300)
    assert setpoint.current_a == 0
    assert setpoint.reason.code is ReasonCode.SOLAR_WAITS
