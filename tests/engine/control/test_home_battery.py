"""A home battery that may be steered: held while a car takes more than the sun gives, charged where there is room, else by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.home_battery import (
    CALM_S,
    EXCESS_S,
    EXCESS_W,
    GIVES_S,
    LEAST_S,
    SHORT_S,
    BatteryMemory,
    steer,
)
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.battery_order import BatteryCause, BatteryWay
from custom_components.smart_charging.engine.model.battery_plan import BatteryPlan, BatterySlot
from custom_components.smart_charging.engine.model.battery_steering import BatterySteering
from custom_components.smart_charging.engine.model.decision import Decision, Headroom, Setpoint
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.peak_watch import PeakWatch
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode, ReasonParam
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.solar import SolarPolicy
from custom_components.smart_charging.engine.model.state import ControlState

from ..builders import amps, charger, contract, later, mains, rating, site, status

STEERING = BatterySteering(tells_soc=True, charge_w=3000.0)
ADJUSTABLE = replace(STEERING, adjustable=True)
HOME = site(charger("a"), charger("b"), limit_a=40.0)
AT_MAXIMUM = Reason(code=ReasonCode.AT_MAXIMUM)


def cars(*watts: float) -> dict[str, EvseStatus]:
    """What each charger measures, W; one that draws nothing has a car that waits."""
    return {
        name: status(EvState.C if power_w else EvState.B, draws=(power_w / 230,), power_w=power_w)
        for name, power_w in zip("ab", watts, strict=False)
    }


class Battery:
    """A battery that is steered tick by tick in a home of 40 A on one phase."""

    def __init__(self, steering: BatterySteering = STEERING, home: Any = HOME) -> None:
        self.home = home
        self.steering = steering
        self.memory = BatteryMemory()
        self.seconds = 0.0

    def tick(
        self,
        *,
        draws: Sequence[float] = (0.0,),
        battery_w: float | None = 0.0,
        grid_w: float | None = 0.0,
        soc: float | None = 0.5,
        plan: BatteryPlan | None = None,
        reasons: Mapping[str, Reason] | None = None,
        setpoints_a: Mapping[str, float] | None = None,
        shed: Sequence[str] = (),
        modes: Mapping[str, Mode] | None = None,
        evses: Mapping[str, EvseStatus] | None = None,
        peak: PeakWatch | None = None,
        age_s: float = 0.0,
        passed_s: float = 1.0,
    ) -> tuple[BatteryWay, BatteryCause]:
        self.seconds += passed_s
        now = later(self.seconds)
        evses = evses or {name: replace(seen, measured_at=now) for name, seen in cars(*draws).items()}
        reading = (
            None if battery_w is None else BatteryReading(at=now - timedelta(seconds=age_s), power_w=battery_w, soc=soc)
        )
        load_a = amps(*[(grid_w or 0.0) / 230])
        headroom = Headroom(
            known=grid_w is not None,
            limits=(rating(40.0),),
            load_a={} if grid_w is None else load_a,
            load_w=grid_w,
            headroom_a={} if grid_w is None else {ALL_PHASES[0]: 40.0 - load_a[ALL_PHASES[0]]},
        )
        told = {
            name: Setpoint(
                evse_id=name,
                current_a=(setpoints_a or {}).get(name, seen.power_w and seen.power_w / 230),
                reason=(reasons or {}).get(name, AT_MAXIMUM),
            )
            for name, seen in evses.items()
        }
        self.memory = steer(
            self.home,
            SiteSnapshot(at=now, evses=evses, battery=reading, modes=modes or {}, peak=peak),
            Decision(
                at=now,
                setpoints=told,
                headroom={"site": headroom},
                next_state=ControlState(),
                shed_loads=frozenset(shed),
            ),
            steering=self.steering,
            plan=plan,
            memory=self.memory,
        )
        order = self.memory.order
        return order.way, order.cause

    def ticks(self, seconds: float, **seen: Any) -> tuple[BatteryWay, BatteryCause]:
        told = self.memory.order.way, self.memory.order.cause
        for _ in range(round(seconds)):
            told = self.tick(**seen)
        return told


BY_ITSELF = BatteryWay.BY_ITSELF, BatteryCause.NOTHING
FOR_CAR = BatteryWay.HOLD, BatteryCause.CAR
RESTS = BatteryWay.HOLD, BatteryCause.REST
CHEAP = BatteryWay.CHARGE, BatteryCause.CHEAP
KEPT = BatteryWay.HOLD, BatteryCause.KEPT

FED: dict[str, Any] = {"draws": (7000.0,), "battery_w": -3000.0, "grid_w": 4500.0}
"""A car takes 7 kW, and the battery gives all it can."""
HELD: dict[str, Any] = {"draws": (7000.0,), "battery_w": 0.0, "grid_w": 7500.0}


def planned(way: BatteryWay, *, power_kw: float = 3.0, soc: float = 0.9, hours: float = 3.0) -> BatteryPlan:
    slot = BatterySlot(start=later(-60), end=later(3600 * hours), way=way, power_kw=power_kw, soc=soc)
    return BatteryPlan(slots=(slot,))


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        # No car, and the battery serves the house.
        ({"battery_w": -800.0}, BY_ITSELF),
        (FED, FOR_CAR),
        # Held, it is still the car that takes more than the sun gives.
        (HELD, FOR_CAR),
        # 3 kW of sun beyond the house are all the car's.
        ({"draws": (3000.0,), "battery_w": 0.0, "grid_w": 0.0}, BY_ITSELF),
        # 5 kW of sun: the car takes 3, the battery 2.
        ({"draws": (3000.0,), "battery_w": 2000.0, "grid_w": 0.0}, BY_ITSELF),
        # 2 kW of sun, and the battery adds 1 for the car.
        ({"draws": (3000.0,), "battery_w": -1000.0, "grid_w": 0.0}, FOR_CAR),
        # As above, but with 200 W it only fills up what the car lags behind the sun.
        ({"draws": (3000.0,), "battery_w": -200.0, "grid_w": 0.0}, BY_ITSELF),
        # Two cars count together.
        ({"draws": (1500.0, 1500.0), "battery_w": -400.0, "grid_w": 0.0}, FOR_CAR),
    ],
)
def test_what_is_told_while_it_lasts(seen: dict[str, Any], told: tuple[BatteryWay, BatteryCause]) -> None:
    assert Battery().ticks(60, **seen) == told


def test_a_kettle_or_a_cloud_is_no_reason_to_hold() -> None:
    battery = Battery()
    battery.ticks(60)
    assert battery.ticks(EXCESS_S - 1, **FED) == BY_ITSELF
    assert battery.ticks(10) == BY_ITSELF
    assert battery.ticks(EXCESS_S, **FED) == BY_ITSELF
    assert battery.ticks(1, **FED) == FOR_CAR


def test_it_is_let_go_when_the_car_is_done_but_not_to_and_fro() -> None:
    battery = Battery()
    battery.ticks(20, **FED)
    assert battery.ticks(100, **HELD) == FOR_CAR
    assert battery.ticks(CALM_S - 1, grid_w=500.0) == FOR_CAR
    assert battery.ticks(5, grid_w=500.0) == RESTS
    assert battery.ticks(LEAST_S, grid_w=500.0) == BY_ITSELF


def test_a_car_that_goes_down_for_a_moment_lets_nothing_go() -> None:
    battery = Battery()
    battery.ticks(LEAST_S * 2, **HELD)
    for _ in range(5):
        assert battery.ticks(CALM_S - 1, grid_w=500.0) == FOR_CAR
        assert battery.ticks(2, **HELD) == FOR_CAR


def test_whoever_lets_cars_be_filled_holds_nothing() -> None:
    assert Battery(BatterySteering(fills_cars=True)).ticks(60, **FED) == BY_ITSELF


def test_a_car_that_follows_the_sun_may_be_helped_down_to_a_floor() -> None:
    home = replace(HOME, policy=replace(HOME.policy, solar=SolarPolicy(battery_floor_soc=0.4)))
    assert Battery(home=home).ticks(60, **FED, modes={"a": Mode.SOLAR}) == BY_ITSELF
    assert Battery(home=home).ticks(60, **FED, modes={"a": Mode.SOLAR}, soc=0.4) == FOR_CAR
    assert Battery(home=home).ticks(60, **FED, modes={"a": Mode.FAST}) == FOR_CAR


def test_a_charger_that_measures_nothing_counts_with_what_it_is_offered() -> None:
    silent = {"a": status(EvState.C, offered_a=16.0, measured_at=None, current_a=None)}
    assert Battery().ticks(60, evses=silent, battery_w=-3000.0, grid_w=900.0) == FOR_CAR
    waits = {"a": status(EvState.B, offered_a=16.0, measured_at=None, current_a=None)}
    assert Battery().ticks(60, evses=waits, battery_w=-3000.0, grid_w=900.0) == BY_ITSELF
    unknown = {"a": status(None, offered_a=16.0, measured_at=later(0), current_a=None)}
    assert Battery().ticks(60, evses=unknown, battery_w=-3000.0, grid_w=900.0) == BY_ITSELF


def test_a_reading_that_is_old_does_not_let_a_resting_battery_go() -> None:
    """Many report only what changes, and one that is held changes nothing."""
    battery = Battery()
    battery.ticks(60, **FED)
    assert battery.ticks(LEAST_S + 60, **HELD, age_s=600.0) == FOR_CAR


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        ({"grid_w": None}, BatteryCause.METER_SILENT),
        ({"battery_w": None}, BatteryCause.BATTERY_SILENT),
        ({"battery_w": float("nan")}, BatteryCause.BATTERY_SILENT),
        ({"soc": None}, BatteryCause.BATTERY_SILENT),
    ],
)
@pytest.mark.parametrize("plan", [None, planned(BatteryWay.HOLD), planned(BatteryWay.CHARGE)])
def test_what_is_not_known_lets_it_go_at_once(
    seen: dict[str, Any], cause: BatteryCause, plan: BatteryPlan | None
) -> None:
    battery = Battery()
    assert battery.ticks(60, **HELD, plan=plan)[0] is not BatteryWay.BY_ITSELF
    assert battery.tick(**(HELD | seen), plan=plan) == (BatteryWay.BY_ITSELF, cause)
    # It is not taken up again at once: relays wear.
    assert battery.ticks(LEAST_S - 1, **HELD, plan=plan) == (BatteryWay.BY_ITSELF, BatteryCause.REST)
    assert battery.ticks(2, **HELD, plan=plan)[0] is not BatteryWay.BY_ITSELF


def test_a_battery_without_a_charge_sensor_can_be_held() -> None:
    assert Battery(BatterySteering()).ticks(60, **HELD, soc=None) == FOR_CAR


def test_an_overload_that_no_car_can_end_lets_it_go() -> None:
    battery = Battery()
    battery.ticks(60, **HELD)
    assert battery.tick(draws=(7000.0,), grid_w=10_000.0) == FOR_CAR
    assert battery.tick(draws=(0.0,), grid_w=10_000.0) == (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)


def test_a_plan_holds_and_charges() -> None:
    assert Battery().tick(plan=planned(BatteryWay.HOLD)) == KEPT
    battery = Battery()
    assert battery.tick(plan=planned(BatteryWay.CHARGE)) == CHEAP
    assert battery.memory.order.power_w == 3000.0
    assert battery.memory.order.until == later(3 * 3600)
    assert Battery().tick(plan=planned(BatteryWay.BY_ITSELF)) == BY_ITSELF
    assert Battery().tick(plan=BatteryPlan()) == BY_ITSELF


def test_it_is_charged_up_to_what_the_slot_wants_and_held_then() -> None:
    battery = Battery()
    assert battery.tick(plan=planned(BatteryWay.CHARGE), soc=0.89) == CHEAP
    assert battery.tick(plan=planned(BatteryWay.CHARGE), soc=0.9) == KEPT
    assert Battery().tick(plan=planned(BatteryWay.CHARGE, soc=1.0), soc=0.99) == KEPT


def test_nobody_charges_what_may_not_be_charged() -> None:
    steering = BatterySteering(tells_soc=True)
    assert Battery(steering).tick(plan=planned(BatteryWay.CHARGE)) == (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)
    assert Battery(replace(STEERING, tells_soc=False)).tick(plan=planned(BatteryWay.CHARGE), soc=None) == KEPT


def because(code: ReasonCode, **params: ReasonParam) -> dict[str, Reason]:
    return {"a": Reason(code=code, params=params)}


@pytest.mark.parametrize(
    "seen",
    [
        {"reasons": because(ReasonCode.LIMITED, circuit="site"), "draws": (3000.0,)},
        {"reasons": because(ReasonCode.SHARED, circuit="site"), "draws": (3000.0,)},
        {"reasons": because(ReasonCode.NO_ROOM, circuit="site")},
        {"reasons": because(ReasonCode.WAITING_FOR_TURN, circuit="site")},
        {"shed": ["boiler"]},
        {"grid_w": 9300.0, "draws": (3000.0,)},
    ],
)
def test_it_is_no_longer_charged_when_the_site_is_short_of_room(seen: dict[str, Any]) -> None:
    battery, plan = (
        Battery(BatterySteering(fills_cars=True, tells_soc=True, charge_w=3000.0)),
        planned(BatteryWay.CHARGE),
    )
    assert battery.ticks(10, plan=plan) == CHEAP
    assert battery.tick(plan=plan, battery_w=3000.0, **({"grid_w": 5000.0} | seen)) == (
        BatteryWay.BY_ITSELF,
        BatteryCause.NO_ROOM,
    )
    assert battery.ticks(SHORT_S - 1, plan=plan) == (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)
    assert battery.ticks(2, plan=plan) == CHEAP


def test_a_limit_of_another_circuit_is_no_reason_not_to_charge() -> None:
    seen = because(ReasonCode.LIMITED, circuit="garage")
    assert Battery().tick(plan=planned(BatteryWay.CHARGE), reasons=seen) == CHEAP


@pytest.mark.parametrize(
    ("grid_w", "draws", "setpoint_a", "told"),
    [
        # 40 A are 9.2 kW.
        (5900.0, (0.0,), 0.0, CHEAP),
        # To begin 200 W more have to be there than it takes.
        (6100.0, (0.0,), 0.0, (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)),
        # The car is told 16 A, and does not draw yet.
        (3000.0, (0.0,), 16.0, (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)),
        (2000.0, (0.0,), 16.0, CHEAP),
        (5900.0, (3680.0,), 16.0, CHEAP),
    ],
)
def test_it_begins_to_charge_where_there_is_room_beside_the_cars(
    grid_w: float, draws: tuple[float], setpoint_a: float, told: tuple[BatteryWay, BatteryCause]
) -> None:
    battery = Battery(replace(STEERING, fills_cars=True))
    seen = battery.tick(grid_w=grid_w, draws=draws, setpoints_a={"a": setpoint_a}, plan=planned(BatteryWay.CHARGE))
    assert seen == told


def test_a_car_that_is_about_to_rise_counts_as_what_it_rises_to() -> None:
    rises = because(ReasonCode.RISING, target_a=32.0)
    seen = Battery().tick(grid_w=500.0, plan=planned(BatteryWay.CHARGE), reasons=rises)
    assert seen == (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)


@pytest.mark.parametrize(
    ("used_kwh", "told"),
    [(0.0, CHEAP), (0.5, CHEAP), (0.9, (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM))],
)
def test_it_raises_no_window_of_power_above_what_it_may_come_to(
    used_kwh: float, told: tuple[BatteryWay, BatteryCause]
) -> None:
    """5 kW for a quarter of an hour are 1.25 kWh; the house takes 1 kW of what is left."""
    peak = PeakWatch(starts=later(-450), ends=later(450), used_kwh=used_kwh, target_kw=5.0)
    assert Battery().tick(grid_w=1000.0, plan=planned(BatteryWay.CHARGE), peak=peak) == told


def test_nobody_waits_for_a_car_that_is_not_there() -> None:
    gone = {"a": status(EvState.A, draws=(0.0,))}
    seen = Battery().tick(evses=gone, setpoints_a={"a": 32.0}, plan=planned(BatteryWay.CHARGE))
    assert seen == CHEAP


def test_the_power_goes_down_at_once_and_up_each_minute() -> None:
    battery, plan = Battery(ADJUSTABLE), planned(BatteryWay.CHARGE, power_kw=2.55)
    assert battery.tick(plan=plan) == CHEAP
    assert battery.memory.order.power_w == 2500.0
    assert battery.tick(plan=plan, grid_w=8050.0, battery_w=0.0) == CHEAP
    assert battery.memory.order.power_w == 1100.0
    battery.ticks(30, plan=plan)
    assert battery.memory.order.power_w == 1100.0
    battery.ticks(35, plan=plan)
    assert battery.memory.order.power_w == 2500.0
    assert battery.tick(plan=plan, grid_w=8900.0) == (BatteryWay.BY_ITSELF, BatteryCause.NO_ROOM)


def test_a_large_battery_is_on_all_phases_and_a_limit_in_total_counts_too() -> None:
    steering = BatterySteering(tells_soc=True, charge_w=9000.0)
    home = site(circuits=(mains(rating(16.0), contract(9500.0), phases=3),))

    def told(headroom_w: float | None, *left_a: float) -> BatteryCause:
        seen = Headroom(
            known=True,
            limits=(),
            load_w=0.0,
            headroom_w=headroom_w,
            headroom_a=dict(zip(ALL_PHASES, left_a, strict=True)),
        )
        decision = Decision(at=later(0), setpoints={}, headroom={"site": seen}, next_state=ControlState())
        reading = BatteryReading(at=later(0), power_w=0.0, soc=0.2)
        return steer(
            home,
            SiteSnapshot(at=later(0), battery=reading),
            decision,
            steering=steering,
            plan=planned(BatteryWay.CHARGE),
            memory=BatteryMemory(),
        ).order.cause

    assert told(None, 16.0, 16.0, 16.0) is BatteryCause.CHEAP
    assert told(None, 16.0, 16.0, 12.0) is BatteryCause.NO_ROOM
    assert told(9500.0, 16.0, 16.0, 16.0) is BatteryCause.CHEAP
    assert told(9000.0, 16.0, 16.0, 16.0) is BatteryCause.NO_ROOM
    assert told(-10.0, 16.0, 16.0, 16.0) is BatteryCause.NO_ROOM


def test_a_charge_that_ended_does_not_begin_again_at_once_and_the_car_is_not_fed() -> None:
    battery, plan = Battery(), planned(BatteryWay.CHARGE)
    battery.ticks(5, plan=plan)
    assert battery.ticks(20, **FED)[0] is BatteryWay.HOLD
    assert battery.ticks(60, plan=plan, **HELD) == FOR_CAR
    assert battery.ticks(LEAST_S, plan=plan, draws=(0.0,)) == CHEAP


def test_one_that_gives_though_it_is_held_is_noted() -> None:
    battery = Battery()
    gives = HELD | {"battery_w": -2000.0, "grid_w": 5500.0}
    battery.ticks(60, **HELD)
    seen = []
    for seconds, tick in ((GIVES_S, gives), (2, gives), (1, HELD)):
        assert battery.ticks(seconds, **tick) == FOR_CAR
        seen.append(battery.memory.order.gives)
    # By itself it may give what it likes.
    battery = Battery()
    battery.ticks(GIVES_S * 2, battery_w=-2000.0, grid_w=0.0)
    assert [*seen, battery.memory.order.gives] == [False, True, False, False]


SENT_S = 5
"""What is told reaches the battery after some seconds."""


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1400.0, 3700.0, 7400.0]), st.sampled_from([0.0, 1000.0, 4000.0, 9000.0])),
        min_size=1,
        max_size=4,
    )
)
def test_in_a_home_that_answers_hardly_anything_of_the_battery_reaches_a_car(phases: list[tuple[float, float]]) -> None:
    """Seven minutes of each: what a car takes, and what the sun gives. The house takes 600 W."""
    battery, sent = Battery(), [BatteryWay.BY_ITSELF] * SENT_S
    fed_ws, changes = 0.0, 0
    for car_w, sun_w in phases:
        for _ in range(420):
            over_w = sun_w - 600.0 - car_w
            least_w = 0.0 if sent[0] is BatteryWay.HOLD else -5000.0
            battery_w = max(least_w, min(5000.0, over_w))
            house_lacks_w = max(0.0, 600.0 - sun_w)
            fed_ws += max(0.0, -battery_w - house_lacks_w)
            way, _ = battery.tick(draws=(car_w,), battery_w=battery_w, grid_w=battery_w - over_w)
            changes += way is not sent[-1]
            sent = [*sent[1:], way]
    # A quarter of a minute each time, until it is held; and what a car lags behind the sun.
    assert fed_ws <= len(phases) * ((EXCESS_S + SENT_S + 1) * 5000.0 + 420 * EXCESS_W)
    assert changes <= 2 * len(phases)


def test_a_clock_that_goes_back_makes_nothing_last() -> None:
    battery = Battery()
    battery.ticks(60, **HELD)
    battery.ticks(1, **(HELD | {"grid_w": None}))
    battery.tick(**HELD, passed_s=-7200.0)
    assert battery.ticks(LEAST_S + EXCESS_S + 5, **HELD) == FOR_CAR
    battery.tick(**HELD, passed_s=-7200.0)
    assert battery.ticks(CALM_S + LEAST_S + 5, grid_w=500.0) == BY_ITSELF


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "draws": st.tuples(st.sampled_from([0.0, 1400.0, 7000.0]), st.sampled_from([0.0, 3000.0])),
                "grid_w": st.sampled_from([None, -3000.0, 0.0, 4000.0, 9000.0, 9500.0]),
                "battery_w": st.sampled_from([None, -3000.0, 0.0, 3000.0]),
                "soc": st.sampled_from([None, 0.0, 0.5, 1.0]),
                "passed_s": st.sampled_from([1.0, 10.0, 60.0, 400.0, -100.0]),
                "plan": st.sampled_from([None, *(planned(way) for way in BatteryWay)]),
                "reasons": st.sampled_from([{}, because(ReasonCode.LIMITED, circuit="site")]),
            }
        ),
        max_size=40,
    ),
    st.sampled_from([STEERING, ADJUSTABLE, BatterySteering(), BatterySteering(fills_cars=True)]),
)
def test_whatever_happens(seen: list[dict[str, Any]], steering: BatterySteering) -> None:
    """It is told something only while all is known, and charges only by plan and with room."""
    battery = Battery(steering)
    for tick in seen:
        way, _ = battery.tick(**tick)
        order, now = battery.memory.order, later(battery.seconds)
        unknown = tick["grid_w"] is None or tick["battery_w"] is None
        if unknown or (steering.tells_soc and tick["soc"] is None):
            assert way is BatteryWay.BY_ITSELF
        if way is BatteryWay.CHARGE:
            assert steering.charge_w is not None
            assert tick["plan"] is not None
            assert tick["plan"].at(now).way is BatteryWay.CHARGE
            assert not tick["reasons"]
            assert order.power_w is not None
            assert order.power_w <= 9200.0 - tick["grid_w"] + max(0.0, tick["battery_w"])
        assert (order.power_w is None) is (way is not BatteryWay.CHARGE)
