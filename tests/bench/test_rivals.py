from dataclasses import replace
from datetime import timedelta

import pytest

from bench.case import Case
from bench.charger import START, Charger, chargers_of
from bench.house import Look, Policy
from bench.rivals import Fixed, Instant, Quarter, RoundRobin, Table, Uncontrolled
from demo.supply import parse_supply

CASE = Case(house="made up", supply=parse_supply("40A", 1), lag_s=1, cars=1, rises_in_s=1.0)


class Stage:
    """Shows a policy one meter reading after another, each second, and keeps what it offers."""

    def __init__(self, policy: Policy, *, cars: int = 1) -> None:
        self.policy = policy
        self.chargers: list[Charger] = chargers_of(replace(CASE, cars=cars))
        for charger in self.chargers:
            charger.commanded_a = policy.initial_a
        self.look = Look(case=CASE, limit_a=40.0, chargers=self.chargers)

    @property
    def offers(self) -> list[float]:
        return [round(charger.commanded_a, 3) for charger in self.chargers]

    def show(self, read_a: float | None, seconds: int = 1) -> list[float]:
        """So much by the meter in each of these seconds; None: it is silent."""
        for _ in range(seconds):
            self.look.now = START + timedelta(seconds=self.look.second)
            for charger in self.chargers:
                charger.move(self.look.now)
                charger.speak(self.look.now, self.look.second)
            self.look.reported = read_a is not None
            if read_a is not None:
                self.look.read_a, self.look.read_at = (read_a,), self.look.now
            offers = self.policy.decide(self.look)
            if offers is not None:
                for charger, offer in zip(self.chargers, offers, strict=True):
                    charger.command(self.look.now, offer)
            self.look.second += 1
        return self.offers


class TestRoundRobin:
    def test_one_charger_each_half_minute(self):
        stage = Stage(RoundRobin(), cars=2)
        assert stage.show(30.0, 30) == [10.0, 0.0]
        assert stage.show(33.5, 30) == [10.0, 6.0]
        assert stage.show(45.0, 30) == [0.0, 6.0]

    def test_a_meter_that_was_silent_for_a_minute_stops_it(self):
        stage = Stage(RoundRobin())
        assert stage.show(30.0, 30) == [10.0]
        assert stage.show(None, 30) == [19.0], "the last reading still counts"
        assert stage.show(None, 30) == [28.0]
        assert stage.show(None, 30) == [0.0]

    def test_it_waits_for_a_meter(self):
        assert Stage(RoundRobin()).show(None, 40) == [0.0]


class TestTable:
    @pytest.mark.parametrize(("read_a", "bears_s"), [(44.0, 60), (52.0, 30), (70.0, 10), (90.0, 0)])
    def test_it_bears_an_overload_for_as_long_as_its_table_says(self, read_a: float, bears_s: int):
        stage = Stage(Table())
        assert stage.show(read_a, bears_s) == [32.0]
        assert stage.show(read_a)[0] < 32.0

    def test_it_cuts_all_of_the_excess_and_raises_after_a_quarter_of_an_hour(self):
        stage = Stage(Table())
        assert stage.show(50.0, 31) == [22.0]
        assert stage.show(30.0, 899) == [22.0]
        assert stage.show(30.0, 2) == [32.0]

    def test_the_last_limit_stays_when_the_meter_is_gone(self):
        stage = Stage(Table())
        stage.show(38.0)
        assert stage.show(None, 600) == [32.0]
        assert Stage(Table()).show(None, 3) == [32.0]

    def test_what_is_left_below_the_minimum_is_a_pause(self):
        assert Stage(Table()).show(70.0, 11) == [0.0]


class TestQuarter:
    def test_a_quarter_up_all_down_after_a_start_at_the_minimum(self):
        stage = Stage(Quarter())
        assert stage.show(20.0, 40) == [6.0]
        assert stage.show(20.0, 2) == [11.0]
        assert stage.show(41.0, 2) == [10.0]

    def test_it_stops_where_the_minimum_does_not_fit_and_waits_for_a_minute(self):
        stage = Stage(Quarter())
        stage.show(20.0)
        assert stage.show(45.0, 5) == [6.0]
        assert stage.show(45.0, 2) == [0.0]
        assert stage.show(20.0, 58) == [0.0]
        assert stage.show(20.0, 4) == [6.0]

    def test_old_readings_stop_it(self):
        stage = Stage(Quarter())
        stage.show(20.0)
        assert stage.show(None, 11) == [6.0]
        assert stage.show(None) == [0.0]


def test_a_fixed_current_is_half_of_the_supply_and_at_least_the_minimum():
    assert Stage(Fixed()).show(39.0) == [20.0]
    assert Stage(Fixed(), cars=2).show(39.0) == [10.0, 10.0]
    assert Stage(Fixed(), cars=5).show(39.0) == [6.0] * 5


def test_nobody_steers():
    assert Stage(Uncontrolled()).show(60.0) == [32.0]


def test_who_knows_the_house_offers_what_is_left_in_turns():
    stage = Stage(Instant(), cars=2)
    stage.look.house_a = (20.0,)
    assert stage.show(None) == [10.0, 10.0]
    stage.look.house_a = (31.0,)
    assert stage.show(None) == [9.0, 0.0]
    stage.look.second = 1800
    assert stage.show(None) == [0.0, 9.0]
