from collections.abc import Iterable, Mapping

import pytest

from bench.acn import Session
from bench.garage import Car, live_through

from .garages import HOUR_S, day, full_h, session


class Told:
    """Offers each space what it is told to, from the hour given, and notes when it was asked."""

    def __init__(self, offers: Mapping[float, Mapping[str, float]]) -> None:
        self._offers = {hour * HOUR_S: by_space for hour, by_space in offers.items()}
        self.seen: list[tuple[float, bool]] = []

    def next_s(self, now_s: float) -> float:
        return min((moment for moment in self._offers if moment > now_s), default=float("inf"))

    def decide(self, cars: Iterable[Car], now_s: float, *, news: bool) -> Mapping[Session, float] | None:
        self.seen.append((now_s / HOUR_S, news))
        moments = [moment for moment in self._offers if moment <= now_s]
        if not moments:
            return None
        offers = self._offers[max(moments)]
        return {car.session: offers[car.session.space] for car in cars if car.session.space in offers}


def test_a_car_takes_what_it_is_offered_until_it_is_full():
    controller = Told({0: {"a": 16.0}})
    outcome = live_through(day(session("a", 0, 5, 1)), 32.0, controller)
    assert full_h(outcome.delivered_kwh) == pytest.approx(1.0)
    assert controller.seen == [(0.0, True), (pytest.approx(2.0), True), (5.0, True)]
    assert (outcome.starts, outcome.commands, outcome.overload_a) == (1, 1, 0.0)


def test_a_car_that_leaves_has_what_it_got():
    outcome = live_through(day(session("a", 1, 3, 2)), 32.0, Told({0: {"a": 8.0}}))
    assert full_h(outcome.delivered_kwh) == pytest.approx(0.5)


def test_offers_change_when_the_controller_wants_to_decide():
    controller = Told({0: {"a": 0.0}, 1: {"a": 32.0}, 1.5: {"a": 0.0}, 2: {"a": 32.0}})
    outcome = live_through(day(session("a", 0, 3, 3)), 32.0, controller)
    assert full_h(outcome.delivered_kwh) == pytest.approx(1.5)
    assert (outcome.starts, outcome.commands) == (2, 3)


def test_a_car_that_nobody_names_keeps_its_offer():
    outcome = live_through(day(session("a", 0, 4, 4), session("b", 1, 4, 1)), 32.0, Told({0: {"a": 16.0}, 2: {}}))
    assert full_h(outcome.delivered_kwh) == pytest.approx(2.0)


def test_cars_follow_one_another_in_a_space():
    outcome = live_through(day(session("a", 0, 1, 1), session("a", 1, 2, 1)), 32.0, Told({0: {"a": 32.0}}))
    assert full_h(outcome.delivered_kwh) == pytest.approx(2.0)


def test_an_overload_of_a_phase_is_seen():
    cars = day(session("a", 0, 1, 1), session("b", 0, 1, 1), session("c", 0, 1, 1, phase=1))
    outcome = live_through(cars, 20.0, Told({0: {"a": 16.0, "b": 10.0, "c": 20.0}}))
    assert outcome.overload_a == pytest.approx(6.0)


@pytest.mark.parametrize("current_a", [-1.0, 3.0, 33.0])
def test_no_car_can_be_offered_that(current_a: float):
    with pytest.raises(AssertionError):
        live_through(day(session("a", 0, 1, 1)), 32.0, Told({0: {"a": current_a}}))
