"""The state of charge: told, or carried on by what was charged since; a battery of 50 kWh takes 93 % of what the charger gives, less 250 W."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.engine.accounting.soc import assumed_soc, follow, say, soc_at
from custom_components.smart_charging.engine.model.soc import Count, KnownSoc, Soc, ToldSoc
from custom_components.smart_charging.engine.model.vehicle import Vehicle

SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)
HOURS = timedelta(hours=1)
ZOE = Vehicle(vehicle_id="zoe", capacity_kwh=50.0)


def told(value: float, hours: float = 0) -> ToldSoc:
    return ToldSoc(value=value, at=SIX + hours * HOURS)


def counted(energy_kwh: float | None, *, started: float = 0, hours: float = 0) -> Count:
    """What the garage has counted in the session that began so many hours after six, in so many hours of charging."""
    return Count(evse_id="garage", started_at=SIX + started * HOURS, energy_kwh=energy_kwh, charging_h=hours)


class Life:
    """A vehicle, hour by hour."""

    def __init__(self, vehicle: Vehicle = ZOE) -> None:
        self.vehicle = vehicle
        self.known: KnownSoc | None = None

    def goes_on(self, hours: float, count: Count | None = None, says: ToldSoc | None = None) -> Soc | None:
        """See it so many hours after six; how full it is then."""
        at, age = SIX + hours * HOURS, 2 * HOURS
        self.known = follow(self.known, says, count, self.vehicle, at=at, max_age=age)
        soc = soc_at(self.known, at, age)
        return None if soc is None else replace(soc, value=round(soc.value, 3))


def test_nobody_knows():
    life = Life()
    assert life.goes_on(0) is None
    assert life.goes_on(1, counted(5)) is None


def test_told_just_now():
    assert Life().goes_on(0, says=told(0.4)) == Soc(value=0.4)


def test_told_too_long_ago():
    life = Life()
    assert life.goes_on(3, says=told(0.4)) is None
    life.goes_on(0, says=told(0.4))
    assert life.goes_on(2) == Soc(value=0.4)
    assert life.goes_on(2.1) is None


def test_carried_on_while_it_charges():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    # 10 kWh from the wall are 9.3 kWh in the battery, 18.6 % of it.
    assert life.goes_on(1, counted(10)) == Soc(value=0.586, estimated=True)
    assert life.goes_on(5, counted(20)) == Soc(value=0.772, estimated=True)
    assert life.goes_on(9, counted(60)) == Soc(value=1.0, estimated=True)


def test_what_car_and_charger_use_up_meanwhile_is_not_in_the_battery():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    # 10 kWh in 4 h, 1 kWh of which is used up: 93 % of 9 kWh are 16.74 % of the battery.
    assert life.goes_on(4, counted(10, hours=4)) == Soc(value=0.567, estimated=True)
    # It pauses, and goes on for an hour.
    assert life.goes_on(9, counted(10, hours=4)) == Soc(value=0.567, estimated=True)
    assert life.goes_on(10, counted(20, hours=5)) == Soc(value=0.749, estimated=True)
    # Told in between: only what came after it is added.
    life.goes_on(11, counted(30, hours=6), told(0.9, 11))
    assert life.goes_on(12, counted(31, hours=6.5)) == Soc(value=0.916, estimated=True)


def test_what_was_counted_before_it_came_to_be_known_which_car_it_is():
    life = Life()
    life.goes_on(-0.5, says=told(0.4, -0.5))
    assert life.goes_on(1, counted(10, hours=1)) == Soc(value=0.581, estimated=True)


def test_a_charger_that_tells_its_register_late():
    life = Life()
    life.goes_on(0, counted(None), told(0.4))
    # What it took until then is not known.
    assert life.goes_on(1, counted(10, hours=1)) == Soc(value=0.4)
    assert life.goes_on(2, counted(20, hours=2)) == Soc(value=0.581, estimated=True)


def test_told_on_the_way_home_and_silent_since():
    life = Life()
    life.goes_on(-0.5, says=told(0.4, -0.5))
    assert life.goes_on(0.1, counted(1)) == Soc(value=0.419, estimated=True)
    assert life.goes_on(12, counted(1)) == Soc(value=0.419, estimated=True)


def test_within_a_percent_it_counts_as_told():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    assert life.goes_on(0.1, counted(0.5)) == Soc(value=0.409)


def test_told_anew():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    life.goes_on(1, counted(10))
    assert life.goes_on(1.1, counted(10), told(0.57, 1.1)) == Soc(value=0.57)
    assert life.goes_on(2, counted(12)) == Soc(value=0.607, estimated=True)


def test_what_a_sleeping_car_repeats_is_no_news():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    seen = [life.goes_on(hour, counted(hour), told(0.4, hour)) for hour in range(1, 5)]
    assert seen[-1] == Soc(value=0.474, estimated=True)
    # But it is known for longer where nothing was charged.
    idle = Life()
    seen = [idle.goes_on(hour, says=told(0.4, hour)) for hour in range(5)]
    assert seen[-1] == Soc(value=0.4)


def test_after_a_drive_of_unknown_length_nobody_knows():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    life.goes_on(1, counted(10))
    life.goes_on(1.1)
    # Plugged in again within the hour: it was not far.
    assert life.goes_on(2, counted(1, started=2)) == Soc(value=0.605, estimated=True)
    life.goes_on(2.5)
    assert life.goes_on(9, counted(0, started=9)) is None
    assert life.goes_on(9.1, counted(0.1, started=9), told(0.3, 9.1)) == Soc(value=0.3)


def test_what_was_charged_before_it_was_told_does_not_count():
    life = Life()
    life.goes_on(1, says=told(0.4, 1))
    # Somebody says later which car it is: the session began before the value was told.
    assert life.goes_on(1.5, counted(10)) == Soc(value=0.4)
    assert life.goes_on(2, counted(15)) == Soc(value=0.493, estimated=True)


def test_a_charger_that_loses_its_register_for_a_while():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    life.goes_on(1, counted(10))
    assert life.goes_on(2, counted(None)) == Soc(value=0.586, estimated=True)
    assert life.goes_on(3, counted(20)) == Soc(value=0.772, estimated=True)


def test_one_that_gives_back():
    life = Life()
    life.goes_on(0, counted(0), told(0.4))
    assert life.goes_on(1, counted(-10)) == Soc(value=0.214, estimated=True)


def test_without_a_capacity_it_is_what_it_was_told():
    life = Life(Vehicle(vehicle_id="zoe"))
    life.goes_on(0, counted(0), told(0.4))
    assert life.goes_on(1, counted(10)) == Soc(value=0.4)


@pytest.mark.parametrize(
    ("ever", "count", "assumed"),
    [
        pytest.param([], None, 0.1, id="it never told"),
        pytest.param([], counted(None), 0.1, id="nor does its charger"),
        pytest.param([0.6, 0.25, 0.8], counted(0), 0.25, id="it never came with less than 25 %"),
        pytest.param([0.6, 0.25, 0.8], counted(10), 0.436, id="and took 10 kWh since"),
        pytest.param([0.6, 0.25, 0.8], counted(10, hours=4), 0.4174, id="... in four hours"),
        pytest.param([0.9], counted(90, hours=9), 1.0, id="it is never more than full"),
    ],
)
def test_what_is_assumed_where_nobody_knows(ever: list[float], count: Count | None, assumed: float):
    known = None
    for value in ever:
        known = say(known, told(value), None)
    assert assumed_soc(known, count, ZOE) == pytest.approx(assumed)
