"""Goals, turned into what a charger is to give: a car of 50 kWh at 40 %, which charges up to 90 %, on a charger of 11 kW."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.needs import Battery, ParkedCar, aim_for
from custom_components.smart_charging.engine.model.aim import Aim, Caveat
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.goal_set import (
    Due,
    GoalSet,
    GoalStrategy,
    Target,
    TargetKind,
    Terms,
)
from custom_components.smart_charging.engine.model.order import Stage
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.vehicle import Vehicle

EVENING = datetime(2026, 3, 2, 20, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)
READY = datetime(2026, 3, 3, 7, tzinfo=UTC)

ZOE = Vehicle(
    vehicle_id="zoe",
    capacity_kwh=50.0,
    limit_soc=0.9,
    efficiency=0.9,
    standby_w=1104.0,
    km_per_kwh=5.0,
    minimum_a=7.0,
    maximum_a=20.0,
)
STORED = 0.81
"""A tenth of 11.04 kW is used up at once, and 90 % of the rest reach the battery."""
GARAGE = Evse(evse_id="garage", circuit_id="site", phases=ALL_PHASES, maximum_a=16.0, priority=3)
HERE = ParkedCar(vehicle=ZOE, battery=Battery(soc=0.4, charged_kwh=1.8), evse=GARAGE, given_kwh=3.0)


def near(value: float) -> Any:
    """The same number but for what computers make of it."""
    return pytest.approx(value)


def soc(percent: float) -> Target:
    return Target(kind=TargetKind.SOC, amount=percent / 100)


def kwh(amount: float) -> Target:
    return Target(kind=TargetKind.ENERGY, amount=amount)


def km(amount: float) -> Target:
    return Target(kind=TargetKind.RANGE, amount=amount)


def due(target: Target | None = None, terms: Terms | None = None, **more: datetime) -> Due:
    return Due(at=MORNING, target=target, terms=terms or Terms(), **more)


def parked(**battery: float | bool | None) -> ParkedCar:
    return replace(HERE, battery=replace(HERE.battery, **battery))  # type: ignore[arg-type]


def aim(goals: GoalSet | None = None, when: Due | None = None, car: ParkedCar = HERE) -> Aim:
    made = aim_for(goals or GoalSet(), when, car, EVENING)
    assert made is not None
    return made


def energy(made: Aim) -> float:
    """What must be had, kWh in the battery."""
    return round(made.order.stages[0].energy_kwh, 3)


def test_nothing_is_wanted():
    assert aim_for(GoalSet(), None, HERE, EVENING) is None


@pytest.mark.parametrize(
    ("target", "energy_kwh"),
    [
        pytest.param(None, 25.0, id="by departure, as much as it charges to"),
        pytest.param(soc(80), 20.0, id="80 %"),
        pytest.param(soc(40), 0.0, id="reached"),
        pytest.param(soc(30), 0.0, id="more than reached"),
        pytest.param(soc(100), 25.0, id="more than it charges to"),
        pytest.param(kwh(10), 5.67, id="10 kWh at the charger, 3 of which it gave"),
        pytest.param(kwh(1), 0.0, id="1 kWh, which it gave"),
        pytest.param(km(150), 10.0, id="150 km are 30 kWh, 20 of which are in"),
        pytest.param(km(50), 0.0, id="50 km, which are in"),
        pytest.param(km(500), 25.0, id="farther than it goes"),
    ],
)
def test_how_much_is_needed_by_departure(target: Target | None, energy_kwh: float):
    made = aim(when=due(target))
    assert energy(made) == energy_kwh
    assert made.order.stages == (Stage(energy_kwh=near(energy_kwh), departure=READY),)
    # The goal is counted at the charger.
    assert made.goal.departure == READY
    assert made.goal.energy_kwh == near(energy_kwh / STORED)
    assert made.departure == MORNING


def test_the_order_is_of_what_both_can_do():
    order = aim(when=due(soc(80), not_before=EVENING), car=replace(HERE, charging=True)).order
    assert (order.evse_id, order.priority, order.charging, order.not_before) == ("garage", 3, True, EVENING)
    assert (order.phases, order.minimum_a, order.maximum_a) == (3, 7.0, 16.0)
    assert (order.efficiency, order.standby_w, order.continuous) == (0.9, 1104.0, False)
    assert order.room_kwh == near(25.0)
    one_phase = replace(GARAGE, phases=(Phase.L1,), maximum_a=6.0)
    order = aim(when=due(), car=replace(HERE, evse=one_phase, vehicle=replace(ZOE, continuous=True))).order
    # The charger gives less than the car wants at least: it is asked for what there is.
    assert (order.phases, order.minimum_a, order.maximum_a, order.continuous) == (1, 6.0, 6.0, True)


def test_the_cars_own_limit_counts_as_well():
    made = aim(when=due(soc(85)), car=parked(charge_limit=0.7))
    assert (energy(made), made.order.room_kwh) == (15.0, near(15.0))
    assert made.caveats == {Caveat.ABOVE_LIMIT}
    assert energy(aim(when=due(soc(85)), car=parked(charge_limit=0.95))) == 22.5


def test_a_departure_s_own_target_goes_before_the_standing_one():
    standing = GoalSet(target=soc(60))
    assert energy(aim(standing)) == 10.0
    assert aim(standing).order.stages[0].departure is None
    assert energy(aim(standing, due(soc(80)))) == 20.0
    assert energy(aim(standing, due())) == 10.0


@pytest.mark.parametrize(
    ("minutes_before", "ready"),
    [(120, READY), (31, READY), (30, MORNING), (5, MORNING)],
)
def test_within_the_margin_there_is_time_until_the_departure_itself(minutes_before: int, ready: datetime):
    made = aim_for(GoalSet(), due(), HERE, MORNING - timedelta(minutes=minutes_before))
    assert made is not None
    assert made.goal.departure == ready


def test_a_margin_of_one_s_own():
    assert aim(when=due(terms=Terms(margin_min=0))).goal.departure == MORNING
    assert aim(when=due(terms=Terms(margin_min=90))).goal.departure == MORNING - timedelta(minutes=90)


def test_to_60_percent_always_and_to_80_only_below_a_price():
    terms = Terms(more=soc(80), more_below=0.18)
    made = aim(when=due(soc(60), terms))
    must, more = made.order.stages
    assert (must.energy_kwh, must.most_per_kwh) == (near(10.0), None)
    # 0.18 for a kWh from the wall are 0.20 for one in the battery.
    assert (more.energy_kwh, more.most_per_kwh) == (near(20.0), near(0.2))
    assert more.departure == READY
    assert made.goal.energy_kwh == near(10 / STORED)
    # More that is not more is nothing.
    assert len(aim(when=due(soc(80), terms)).order.stages) == 1


def test_as_soon_as_possible():
    at_once = Terms(strategy=GoalStrategy.AT_ONCE)
    assert aim(GoalSet(target=soc(80), terms=at_once)).order.at_once_kwh == near(20.0)
    assert aim(GoalSet(terms=at_once)).order.at_once_kwh == near(25.0)


def test_never_above_a_price_be_it_late():
    order = aim(when=due(soc(80), Terms(strategy=GoalStrategy.BELOW_PRICE, price_limit=0.25))).order
    assert (order.price_limit, order.stages[0].most_per_kwh) == (0.25, None)


def test_below_a_price_without_any_goal():
    made = aim(GoalSet(terms=Terms(strategy=GoalStrategy.BELOW_PRICE, price_limit=0.18)))
    (stage,) = made.order.stages
    assert (stage.energy_kwh, stage.departure) == (near(25.0), None)
    # Nothing is missed if such a price does not come.
    assert (stage.most_per_kwh, made.order.price_limit) == (near(0.2), None)
    assert (made.goal.energy_kwh, made.goal.departure) == (0.0, None)


def test_the_three_cheapest_hours_of_the_day_without_any_goal():
    order = aim(GoalSet(terms=Terms(strategy=GoalStrategy.CHEAPEST_HOURS, hours=3))).order
    assert (order.cheapest, order.stages[0].energy_kwh) == (timedelta(hours=3), near(25.0))


def test_the_figures_of_another_strategy_do_not_count():
    terms = Terms(price_limit=0.1, hours=2)
    order = aim(when=due(soc(80), terms)).order
    assert (order.price_limit, order.cheapest) == (None, None)


def test_the_last_stretch_is_kept_for_last():
    assert aim(when=due(terms=Terms(last_stretch_min=20))).order.last_stretch == timedelta(minutes=20)


@pytest.mark.parametrize(
    ("least", "battery", "at_once_kwh"),
    [
        pytest.param(0.3, 0.4, 0.0, id="it has that"),
        pytest.param(0.5, 0.4, 5.0, id="it lacks 10 %"),
        pytest.param(1.0, 0.4, 25.0, id="never beyond its limit"),
    ],
)
def test_what_it_must_have_to_be_able_to_leave(least: float, battery: float, at_once_kwh: float):
    car = replace(parked(soc=battery), vehicle=replace(ZOE, least_soc=least))
    made = aim_for(GoalSet(), None, car, EVENING)
    if not at_once_kwh:
        assert made is None
        return
    assert made is not None
    assert (made.order.at_once_kwh, made.order.stages) == (near(at_once_kwh), ())
    assert made.goal.energy_kwh == near(at_once_kwh / STORED)
    # It comes first, whatever else is wanted.
    assert aim(GoalSet(target=soc(45)), car=car).order.at_once_kwh == near(at_once_kwh)


@pytest.mark.parametrize(
    ("target", "caveats"),
    [
        (soc(80), {Caveat.SOC_ASSUMED}),
        (km(100), {Caveat.SOC_ASSUMED}),
        (None, {Caveat.SOC_ASSUMED}),
        (kwh(10), set[Caveat]()),
    ],
)
def test_it_is_said_when_nobody_knows_how_full_it_is(target: Target | None, caveats: set[Caveat]):
    made = aim(when=due(target), car=parked(soc=0.1, assumed=True))
    assert made.caveats == caveats
    assert made.soc == 0.1


@pytest.mark.parametrize(
    ("target", "energy_kwh"),
    [
        pytest.param(kwh(20), 13.77, id="20 kWh at the charger, 3 of which it gave"),
        pytest.param(km(100), 18.2, id="100 km are 20 kWh, 1.8 of which are in"),
        pytest.param(soc(80), 98.2, id="a share of nobody knows how much: until the car ends"),
        pytest.param(None, 98.2, id="all that there is room for"),
    ],
)
def test_a_battery_of_which_nobody_knows_what_it_holds(target: Target | None, energy_kwh: float):
    car = replace(parked(soc=None), vehicle=replace(ZOE, capacity_kwh=None, least_soc=0.5))
    made = aim(when=due(target), car=car)
    assert (energy(made), made.order.at_once_kwh, made.order.room_kwh) == (energy_kwh, 0.0, near(98.2))


def test_at_a_lower_voltage_more_of_it_is_used_up():
    # 16 A on three phases at 207 V are 9.936 kW, a ninth of which is used up.
    made = aim(when=due(kwh(10)), car=replace(HERE, voltage_v=207.0))
    assert made.order.stages[0].energy_kwh == near(7 * 0.9 * 8 / 9)
    assert made.goal.energy_kwh == near(7.0)


def test_standby_is_never_taken_for_more_than_half():
    made = aim(when=due(kwh(10)), car=replace(HERE, vehicle=replace(ZOE, standby_w=9000.0)))
    assert made.order.stages[0].energy_kwh == near(7 * 0.9 / 2)


shares = st.floats(0, 1)
energies = st.floats(0, 200)
targets = (
    st.builds(Target, kind=st.just(TargetKind.SOC), amount=shares)
    | st.builds(Target, kind=st.just(TargetKind.ENERGY), amount=energies)
    | st.builds(Target, kind=st.just(TargetKind.RANGE), amount=st.floats(0, 2000))
)
batteries = st.builds(
    Battery, soc=st.none() | shares, assumed=st.booleans(), charged_kwh=energies, charge_limit=st.none() | shares
)
vehicles = st.builds(
    Vehicle,
    vehicle_id=st.just("any"),
    capacity_kwh=st.none() | st.floats(1, 500),
    limit_soc=st.floats(0.1, 1),
    least_soc=shares,
)
all_terms = st.builds(
    Terms,
    strategy=st.sampled_from(GoalStrategy),
    price_limit=st.none() | st.floats(-1, 1),
    hours=st.none() | st.floats(0.25, 24),
    more=st.none() | targets,
    more_below=st.none() | st.floats(-1, 1),
    margin_min=st.floats(0, 720),
)


@given(target=st.none() | targets, terms=all_terms, battery=batteries, vehicle=vehicles, leaves=st.booleans())
def test_no_order_is_for_more_than_there_is_room_for(
    target: Target | None, terms: Terms, battery: Battery, vehicle: Vehicle, *, leaves: bool
):
    car = ParkedCar(vehicle=vehicle, battery=battery, evse=GARAGE)
    when = Due(at=MORNING, terms=terms) if leaves else None
    made = aim_for(GoalSet(target=target, terms=terms), when, car, EVENING)
    if made is None:
        assert when is None
        return
    order = made.order
    for energy_kwh in (order.at_once_kwh, *(stage.energy_kwh for stage in order.stages)):
        assert 0 <= energy_kwh <= order.room_kwh + 1e-9
    assert made.goal.energy_kwh is not None
    assert made.goal.energy_kwh >= 0
    assert made.goal.departure is None or EVENING < made.goal.departure <= MORNING
    assert 0 < order.minimum_a <= order.maximum_a
