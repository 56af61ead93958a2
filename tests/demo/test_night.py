from datetime import UTC, datetime, time

import pytest

from demo.car import CarModel
from demo.night import ZONE, Knows, Tariff, Visit, moment
from demo.scenario import make_scenario

TARIFF = Tariff(peak=0.21, off_peak=0.16, begins=time(22, 30), ends=time(6, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("clock", "price"),
    [("18:00", 0.21), ("22:29", 0.21), ("22:30", 0.16), ("00:00", 0.16), ("06:29", 0.16), ("06:30", 0.21)],
)
def test_a_kwh_is_cheap_from_half_past_ten_to_half_past_six(clock: str, price: float) -> None:
    assert TARIFF.price(at(f"2026-01-15T{clock}")) == price
    assert TARIFF.hours == "22:30-06:30"


def test_the_hours_before_noon_are_next_mornings() -> None:
    evening = at("2026-01-15T18:20")
    assert moment(evening, time(21)) == at("2026-01-15T21:00")
    assert moment(evening, time(6, 30)) == at("2026-01-16T06:30")


def test_the_night_is_the_one_that_a_browser_shows_as_its_last_day() -> None:
    night = make_scenario("off-peak-night").night
    assert night is not None
    assert night.begin(datetime(2026, 11, 30, 14, 0, tzinfo=UTC)) == at("2026-11-29T18:20")
    assert night.minutes == 825


def test_what_the_battery_is_to_take_follows_from_its_share_or_from_what_a_guest_asks_for() -> None:
    model = CarModel(capacity_kwh=50.0, efficiency=0.9)
    share = Visit(car="A", arrives=time(19), leaves=time(7), knows=Knows.SENSOR, wanted_soc=0.8)
    guest = Visit(car="B", arrives=time(19), leaves=time(7), knows=Knows.NOBODY, wanted_kwh=10.0)
    assert share.battery_kwh(model, 0.5) == pytest.approx(15.0)
    assert share.battery_kwh(model, 0.9) == 0.0
    assert guest.battery_kwh(model, 0.5) == pytest.approx(9.0)


def test_three_cars_want_more_than_the_evening_has_and_less_than_the_cheap_hours_have() -> None:
    scenario = make_scenario("off-peak-night")
    visits = [bay.visit for bay in scenario.bays if bay.visit is not None]
    assert {visit.knows for visit in visits} == set(Knows)
    assert [visit.arrives for visit in visits] == [time(18, 30), time(19, 10), time(21)]
    wanted_kwh = sum(
        bay.visit.battery_kwh(bay.car, bay.state_of_charge) / bay.car.efficiency
        for bay in scenario.bays
        if bay.visit is not None
    )
    assert 40 < wanted_kwh < 8 * scenario.supply.limit_w / 1000 * 0.75
