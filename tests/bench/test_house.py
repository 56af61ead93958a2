from dataclasses import replace

import pytest

from bench.alone import watch_alone
from bench.case import ALONE_S, WARM_UP_S, Case, Window
from bench.charger import START, chargers_of
from bench.figures import Figures, Second, percentile, together
from bench.house import run_window
from bench.ours import Ours, site_of
from bench.rivals import Fixed, Instant, Uncontrolled
from custom_components.smart_charging.engine.model.protection import ProtectionKind
from demo.supply import parse_supply

LEAD_MIN = (ALONE_S + WARM_UP_S) // 60
CASE = Case(house="made up", supply=parse_supply("6kVA", 1), lag_s=1, cars=1, rises_in_s=1.0)
LIMIT_A = CASE.supply.limit_a


def window(*minutes_a: float, phases: int = 1) -> Window:
    """So much in each of the minutes that count, and as in the first of them before."""
    loads = (minutes_a[0],) * LEAD_MIN + minutes_a
    return Window(name="made up", loads_a=tuple((load,) * phases for load in loads))


def run(case: Case, policy: object, *minutes_a: float) -> Figures:
    hour = window(*minutes_a, phases=case.supply.phases)
    return run_window(case, hour, policy, watch_alone(case, hour))  # type: ignore[arg-type]


def test_a_house_that_stands_still_gives_the_car_all_that_is_left():
    figures = run(CASE, Ours(), *[6.0] * 5)
    assert figures.share == pytest.approx(1.0, abs=0.01)
    assert figures.overloads_s == []
    assert figures.trips_ours == figures.trips_house == figures.commands == 0
    assert figures.possible == pytest.approx((LIMIT_A - 6.0) * 0.95 * 230 * 300 / 3_600_000, rel=0.01)


def test_a_step_of_the_house_is_an_overload_until_the_car_has_followed():
    figures = run(CASE, Ours(), 6.0, 6.0, 14.0, 14.0, 14.0)
    assert len(figures.overloads_s) >= 1
    assert max(figures.overloads_s) <= 15
    assert figures.excess_a == pytest.approx(8.0 - 0.05 * (LIMIT_A - 6.0), abs=0.1)
    assert figures.trips_ours == 0
    assert figures.commands >= 1


def test_where_nobody_steers_it_trips_and_the_house_alone_does_not():
    figures = run(CASE, Uncontrolled(), *[20.0] * 10)
    assert figures.trips_ours >= 1
    assert figures.trips_house == 0
    assert figures.nearness > 0.9
    assert figures.overloads_s == [600]


def test_a_trip_of_the_house_alone_is_not_ours():
    figures = run(CASE, Ours(), *[2 * LIMIT_A] * 10)
    assert figures.trips_house >= 1
    assert figures.trips_ours == 0
    assert figures.overloads_s == []
    assert figures.share is None


def test_what_the_house_exceeds_by_itself_is_no_overload_of_ours_but_cars_up_to_the_limit_keep_it_warm():
    figures = run(CASE, Instant(), 6.0, 6.0, 6.0, 6.0, 1.5 * LIMIT_A, 1.5 * LIMIT_A)
    assert figures.nearness < 0.1
    assert figures.nearness_ever == pytest.approx(figures.nearness_perfect, abs=0.1)
    assert figures.nearness_ever > 0.5


def test_who_knows_each_second_loses_only_what_the_cars_do():
    slow = replace(CASE, rises_in_s=40.0)
    figures = run(slow, Instant(), 14.0, 6.0, 6.0)
    parts = figures.lost_paused + figures.lost_low + figures.lost_small + figures.lost_car
    assert figures.lost_car == pytest.approx(8.0 * 0.95 * 230 * 41 / 3_600_000, rel=0.05)
    assert figures.lost_low == pytest.approx(0.0, abs=0.001)
    assert figures.energy + parts == pytest.approx(figures.possible)


def test_a_fixed_current_is_lower_than_it_could_be():
    figures = run(CASE, Fixed(), *[2.0] * 3)
    assert figures.lost_low / figures.possible == pytest.approx(1 - (LIMIT_A / 2) / (LIMIT_A - 2.0), abs=0.01)


def test_fewer_cars_than_could_be_served_are_told_apart():
    two = replace(CASE, cars=2)
    figures = run(two, Instant(), *[12.0] * 3)
    assert figures.lost_paused == 0
    second = Second.of(chargers_of(two), 2000.0, 2500.0, 1)
    assert second.lost_paused == pytest.approx(2000.0 / 3_600_000)
    assert second.most == pytest.approx(2500.0 / 3_600_000)


def test_the_same_run_gives_the_same_figures():
    three = replace(CASE, supply=parse_supply("16A", 3), cars=2, lag_s=10, rises_in_s=10.0)
    assert run(three, Ours(), 4.0, 8.0, 2.0) == run(three, Ours(), 4.0, 8.0, 2.0)


@pytest.mark.parametrize(
    ("supply", "phases", "kind"),
    [("9kVA", 1, ProtectionKind.LINKY), ("16A", 3, ProtectionKind.BREAKER_C)],
)
def test_the_site_is_as_the_product_reads_it(supply: str, phases: int, kind: ProtectionKind):
    connection = parse_supply(supply, phases)
    site = site_of(connection, 10, chargers_of(replace(CASE, supply=connection, cars=2)))
    (circuit,) = site.circuits
    assert circuit.metered
    assert circuit.meter_period_s == 10.0
    assert circuit.stale_after_s == 25.0
    assert circuit.protection is not None
    assert circuit.protection.kind is kind
    assert len(circuit.phases) == phases
    assert circuit.limits[0].current_a == pytest.approx(connection.limit_a)
    assert site.policy.margin_a == 0


def test_cars_on_three_phases_are_mixed_and_rotated():
    chargers = chargers_of(replace(CASE, supply=parse_supply("16A", 3), cars=3))
    assert [item.wiring for item in chargers] == [(0, 1, 2), (1, 2, 0), (2, 0, 1)]
    assert [item.car_phases for item in chargers] == [3, 1, 3]


def test_a_charger_speaks_of_its_current_now_and_then_and_of_its_state_at_once():
    (charger,) = chargers_of(CASE)
    spoke = [second for second in range(30) if charger.speak(START, second)]
    assert spoke[0] == 0, "its state"
    assert {second % 10 for second in spoke[1:]} == {spoke[-1] % 10}
    charger.command(START, 10.0)
    charger.step(START, 1.0)
    assert not charger.command(START, 10.0), "nothing new"


def test_runs_are_put_together():
    one = Figures(
        lag_s=5, energy=1.0, possible=2.0, most=4.0, overloads_s=[3, 9], nearness=0.2, charger_s=3600.0, commands=2
    )
    other = Figures(lag_s=30, energy=2.0, possible=2.0, overloads_s=[40], nearness=0.1, trips_ours=1, charger_s=3600.0)
    whole = together([one, other])
    assert whole.share == pytest.approx(0.75)
    assert whole.share_of_most == pytest.approx(0.75)
    assert whole.beyond_lag_s == [0, 4, 10]
    assert whole.nearness == 0.2
    assert whole.trips_ours == 1
    assert whole.commands_per_hour == pytest.approx(1.0)
    assert together([]).share is together([]).share_of_most is together([]).commands_per_hour is None


@pytest.mark.parametrize(("values", "expected"), [([], 0.0), ([5], 5), (list(range(1, 101)), 99)])
def test_a_percentile_is_one_of_the_values(values: list[int], expected: float):
    assert percentile(values, 0.99) == expected
