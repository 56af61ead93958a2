import pytest

from bench.garage import Car, live_through
from bench.published import ORDERS, Published, round_robin, serve

from .garages import day, full_h, session

# By the hour: who leaves first is a, who has the least to spare is b, who came first is c. All on one phase.
CARS = {
    "a": (2.0, 6.0, 1.0),
    "b": (1.0, 8.0, 6.5),
    "c": (0.0, 9.0, 1.0),
}


def cars(**phases: int) -> list[Car]:
    made = [session(space, *hours, phase=phases.get(space, 0)) for space, hours in CARS.items()]
    return [Car(item, item.asked_kwh) for item in made]


def served(order: str, limit_a: float, **phases: int) -> dict[str, float]:
    given = serve(cars(**phases), limit_a, 2 * 3600.0, ORDERS[order])
    return {item.space: round(current_a, 6) for item, current_a in given.items()}


@pytest.mark.parametrize(
    ("order", "first", "last"), [("llf", "b", "c"), ("edf", "a", "c"), ("fcfs", "c", "a")], ids=["llf", "edf", "fcfs"]
)
def test_who_is_first_has_all_that_he_can_take(order: str, first: str, last: str):
    given = served(order, 50.0)
    assert given[first] == 32.0
    assert given[last] == 0.0
    assert sum(given.values()) == 50.0


def test_what_is_left_below_a_minimum_is_given_to_nobody():
    assert served("edf", 37.0) == {"a": 32.0, "b": 0.0, "c": 0.0}
    assert served("edf", 38.0) == {"a": 32.0, "b": 6.0, "c": 0.0}


def test_each_phase_has_its_own_limit():
    assert served("edf", 40.0, b=1, c=2) == {"a": 32.0, "b": 32.0, "c": 32.0}


def test_a_car_is_given_no_more_than_it_can_use_before_the_next_decision():
    nearly = session("a", 0, 1, 1 / 24)  # half of five minutes
    given = [serve([Car(nearly, nearly.asked_kwh)], 40.0, now_s, ORDERS["llf"])[nearly] for now_s in (0.0, 60.0, 200.0)]
    assert given == pytest.approx([16.0, 20.0, 32.0])


def test_a_car_that_leaves_before_the_next_decision_is_given_all_until_then():
    hurried = session("a", 0, 1 / 24, 1 / 24)
    assert serve([Car(hurried, hurried.asked_kwh)], 40.0, 0.0, ORDERS["llf"]) == {hurried: 32.0}


@pytest.mark.parametrize(
    ("limit_a", "given"),
    [(5.0, [0, 0, 0]), (13.0, [0, 6, 7]), (20.0, [6, 7, 7]), (21.0, [7, 7, 7]), (200.0, [32, 32, 32])],
)
def test_round_robin_deals_one_ampere_after_the_other(limit_a: float, given: list[float]):
    assert list(round_robin(cars(), limit_a, 2 * 3600.0).values()) == given


def test_it_decides_each_five_minutes():
    rival = Published("llf", 32.0)
    assert (rival.next_s(0.0), rival.next_s(1.0), rival.next_s(299.0)) == (300.0, 300.0, 300.0)
    assert rival.decide(cars(), 299.0, news=True) is None
    assert rival.decide(cars(), 300.0, news=False) is not None


def test_it_decides_at_once_where_it_may():
    assert Published("llf", 32.0, at_once=True).decide(cars(), 299.0, news=True) is not None


@pytest.mark.parametrize("name", ["llf", "edf", "round_robin", "fcfs"])
def test_who_comes_between_two_decisions_waits_for_the_next(name: str):
    outcome = live_through(day(session("a", 1 / 60, 1, 1)), 32.0, Published(name, 32.0))
    assert full_h(outcome.delivered_kwh) == pytest.approx(11 / 12)
