import pytest

from bench.acn import Day
from bench.garage import live_through
from bench.optimum import optimum_kwh
from bench.share import AT_ONCE, CAPACITIES_KW, OTHERS, OURS, RIVALS, compare, limit_a
from bench.share_ours import Ours, site_of
from custom_components.smart_charging.engine.model.strategy import Strategy

from .garages import day, full_h, session

MORNING = day(
    session("s1", 8.0, 17.0, 2.0),
    session("s2", 8.2, 12.0, 2.0, phase=1),
    session("s3", 8.4, 17.0, 3.0),
    session("s4", 9.0, 11.0, 1.5),
    session("s5", 9.1, 10.0, 0.9, phase=1),
    session("s4", 11.5, 13.0, 1.0),
)


def ours(cars: Day, current_a: float, strategy: Strategy) -> float:
    outcome = live_through(cars, current_a, Ours(site_of(cars, current_a, strategy)))
    assert outcome.overload_a < 1e-6
    return outcome.delivered_kwh


@pytest.mark.parametrize("strategy", list(Strategy))
def test_with_room_for_all_every_car_has_what_it_asked_for(strategy: Strategy):
    assert ours(MORNING, 200.0, strategy) == pytest.approx(MORNING.asked_kwh, rel=1e-3)


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("current_a", [5.0, 20.0, 40.0])
def test_nobody_delivers_more_than_the_optimum(current_a: float, strategy: Strategy):
    [best] = optimum_kwh(MORNING, [current_a])
    delivered = ours(MORNING, current_a, strategy)
    assert delivered <= best + 1e-6
    assert (delivered > 0) == (current_a >= 6)


def test_by_laxity_who_leaves_soon_is_served_before_who_stays():
    two = day(session("stays", 0, 3, 1), session("leaves", 0.1, 1.2, 1))
    assert full_h(ours(two, 32.0, Strategy.LAXITY)) == pytest.approx(2.0, abs=0.02)
    assert full_h(ours(two, 32.0, Strategy.FIRST_COME)) < 1.8


def test_rows_and_summary():
    result = compare([MORNING], [6, 12, 30], workers=1)
    assert [row["capacity_kw"] for row in result.rows] == [6, 12, 30]
    tight, _, wide = result.rows
    assert all(isinstance(tight[name], float) for name in (OURS, AT_ONCE, *RIVALS, *OTHERS))
    assert wide["equal"] is None
    assert wide[OURS] == pytest.approx(1.0, abs=1e-3)
    for row in result.rows:
        assert isinstance(row["of_optimum"], float)
        assert 0.9 < row["of_optimum"] <= 1.0 + 1e-9
    summary = result.summary
    asked = {"delivered_of_optimum", "delivered_mean", "delivered_llf_mean", "delivered_min_difference"}
    assert asked <= summary.keys()
    assert summary["delivered_mean"] <= summary["delivered_optimum_mean"]
    differences = [row[OURS] - row["llf"] for row in result.rows]  # type: ignore[operator]
    assert summary["delivered_min_difference"] == pytest.approx(min(differences))


def test_the_capacities_are_those_of_the_published_comparison():
    assert (len(CAPACITIES_KW), CAPACITIES_KW[0], CAPACITIES_KW[-1]) == (27, 20, 150)
    assert limit_a(69.0) == pytest.approx(100.0)
