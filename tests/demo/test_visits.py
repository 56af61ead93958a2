from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from demo.car import Car, CarModel
from demo.home import HomeState
from demo.night import ZONE
from demo.night_report import night_lines
from demo.outlet import Status
from demo.peers import Bay, Peers
from demo.scenario import Scenario, make_scenario
from demo.trace import HouseLoad, Trace
from demo.visits import Visits, told_percent

START = datetime(2026, 1, 15, 18, 20, tzinfo=ZONE)


class Evening:
    """The night's home with a house that takes 6 A, which is 1.4 kW, and nobody who steers."""

    def __init__(self) -> None:
        self.scenario: Scenario = make_scenario("off-peak-night")
        naive = START.replace(tzinfo=None)
        trace = Trace(
            name="t", times=(naive, naive + timedelta(minutes=1)), watts=(1380.0,) * 2, step=timedelta(minutes=1)
        )
        house = HouseLoad(trace, start=naive, phases=1)
        self.peers = Peers(self.scenario, house, seed=1, on_telegram=lambda _: None, on_command=lambda _: None)
        assert self.scenario.night is not None
        self.visits = Visits(
            self.peers.bays, supply=self.scenario.supply, tariff=self.scenario.night.tariff, begins=START
        )
        self.now = START
        self.moved: list[tuple[str, str, bool]] = []

    def state(self) -> HomeState:
        offered_a = (0.0,) * len(self.peers.bays)
        outlet_w = tuple(bay.outlet.power_w for bay in self.peers.bays)
        return HomeState(
            at=self.now,
            house_a=(6.0,),
            car_a=(0.0,),
            offered_a=offered_a,
            tripped=False,
            powered=True,
            outlet_w=outlet_w,
        )

    def until(self, clock: str, *, charging: str | None = None) -> None:
        """Go on to `clock`, HH:MM; meanwhile the car at `charging` takes all it can, and no other anything."""
        for now in self._seconds(clock):
            self.now = now
            for bay in self.peers.bays:
                offered_a = 32.0 if bay.spec.name == charging and bay.outlet.car else 0.0
                bay.outlet.drawn_a = bay.car.step(1.0, offered_a) if bay.outlet.car else 0.0
            for bay, comes in self.visits.step(self.state()):
                self.moved.append((f"{self.now:%H:%M}", bay.spec.name, comes))

    def _seconds(self, clock: str) -> Iterator[datetime]:
        end = datetime.combine(START.date(), time.fromisoformat(clock), tzinfo=ZONE)
        end += timedelta(days=end <= self.now)
        while self.now < end:
            yield self.now + timedelta(seconds=1)

    def bay(self, name: str) -> Bay:
        return next(bay for bay in self.peers.bays if bay.spec.name == name)


@pytest.fixture(scope="module")
def night() -> Evening:
    """The city car charges from one in the morning on, the family car from four; the guest's is forgotten."""
    evening = Evening()
    evening.until("01:00")
    evening.until("04:00", charging="Carport")
    evening.until("08:01", charging="Garage")
    return evening


def test_cars_come_and_leave_as_they_are_said_to(night: Evening) -> None:
    assert night.moved == [
        ("18:30", "Garage", True),
        ("19:10", "Carport", True),
        ("21:00", "Street", True),
        ("06:30", "Carport", False),
        ("07:15", "Garage", False),
        ("08:00", "Street", False),
    ]
    assert {bay.outlet.status for bay in night.peers.bays} == {Status.AVAILABLE}


def test_who_is_ready_when_is_counted_and_who_left_without_is_told(night: Evening) -> None:
    family, city, guest = night.visits.figures.values()
    assert (family.wanted_kwh, family.leaves, family.missed) == (19.76, "07:15", False)
    assert family.ready is not None
    assert "06:30" < family.ready < "07:15", "at 7 kW and 92 % of it"
    assert city.ready is not None
    assert "02:55" < city.ready < "03:10"
    assert (guest.ready, guest.got_kwh, guest.cost, guest.saving) == (None, 0.0, 0.0, 0.0)
    assert guest.missed


def test_each_kwh_costs_what_it_costs_when_it_flows(night: Evening) -> None:
    family, city, _ = night.visits.figures.values()
    assert city.cost == pytest.approx(city.energy_kwh * 0.16, abs=0.01)
    assert family.energy_kwh * 0.16 < family.cost < family.energy_kwh * 0.21


def test_at_once_means_in_the_order_of_arrival_as_much_as_fits_beside_the_house(night: Evening) -> None:
    # The family car would take 32 A until 21:25. Beside it there are 1.1 A, with which no car charges: so the city car
    # would begin then, have 8 kWh of its 14 before it is cheap, and take the rest afterwards.
    _, city, _ = night.visits.figures.values()
    assert city.saving == pytest.approx(city.energy_kwh * 8 / 14.7 * (0.21 - 0.16), abs=0.03)


def test_the_report_draws_each_half_hour_and_says_who_was_not_ready(night: Evening) -> None:
    lines = night_lines(night.visits.half_hours, night.visits.figures, night.scenario.supply)
    assert lines[0] == (
        "The night by half hours, mean power of 9 kW at the most: ░ house, █ Family car, ▓ City car, ▒ Guest"
    )
    assert lines[1] == "  18:00  0.21  ░░░░░░░                                      |  1.4 + 0.0 kW"
    two = next(line for line in lines if line.startswith("  02:00"))
    assert two == "  02:00  0.16  ░░░░░░░▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓   |  1.4 + 7.0 kW"
    assert [line.split(":")[0] for line in lines[-4:-1]] == ["Family car", "City car", "Guest"]
    assert "wanted 9.2 kWh, got 0.0 kWh (30%), NOT READY; 0.0 kWh for 0.00 €" in lines[-2]
    assert lines[-1].startswith("in all ")


def test_a_night_that_was_ended_early_missed_nothing_yet() -> None:
    evening = Evening()
    evening.until("19:00")
    lines = night_lines(evening.visits.half_hours, evening.visits.figures, evening.scenario.supply)
    assert "not yet ready" in lines[-2]
    assert not any(visit.missed for visit in evening.visits.figures.values())


def test_a_car_never_tells_more_charge_than_it_has() -> None:
    assert told_percent(Car(CarModel(capacity_kwh=52.0), state_of_charge=0.7999)) == 79
    assert told_percent(Car(CarModel(capacity_kwh=52.0), state_of_charge=0.8)) == 80
