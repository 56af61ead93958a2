"""What is counted of a car below a roof, and against whom."""

import pytest

from bench.roof import MAXIMUM_A, Day, Oracle, Station, Tally, day_of, run_days

ONE_W = 0.95 * 230


@pytest.mark.parametrize(
    ("choices", "surplus_w", "expected"),
    [
        pytest.param((1,), 1310, 0, id="hardly too little for the minimum"),
        pytest.param((1,), 1311, 6 * ONE_W, id="just the minimum"),
        pytest.param((1,), 2000, 9.1 * ONE_W, id="on the charger's step"),
        pytest.param((1,), 9000, 16 * ONE_W, id="no more than one phase can"),
        pytest.param((1, 3), 3800, 16 * ONE_W, id="too little for three phases"),
        pytest.param((1, 3), 4000, 3 * 6.1 * ONE_W, id="three give more"),
        pytest.param((3,), 3800, 0, id="a charger that cannot switch"),
        pytest.param((1, 3), -500, 0, id="no surplus"),
    ],
)
def test_the_oracle(choices: tuple[int, ...], surplus_w: float, expected: float):
    assert Oracle(choices=choices).power_w(surplus_w) == pytest.approx(expected)


class Always:
    """Offers the same from the first second on, on so many phases; from `then_s` on, on `then`."""

    def __init__(self, current_a: float, on: int = 1, then_s: int = 1_000_000, then: int = 1) -> None:
        self.current_a, self.on, self.then_s, self.then = current_a, on, then_s, then

    def decide(self, second: int, grid_w: float, station: Station) -> tuple[float, int]:
        del grid_w, station
        return self.current_a, self.on if second < self.then_s else self.then


def flat(surplus_w: float, seconds: int = 600) -> Day:
    return Day(name="flat", surplus_w=[surplus_w] * seconds, first=0, last=seconds)


def test_what_the_car_takes_of_the_sun_and_of_the_grid():
    tally = run_days([flat(1000)], Always(8.0), Station(phases=1, seed=0), Oracle(choices=(1,)))
    assert tally.car == pytest.approx(8 * ONE_W * 600 / 3.6e6, rel=0.02)
    assert tally.sun == pytest.approx(1000 * 600 / 3.6e6, rel=0.02)
    assert tally.grid == pytest.approx(tally.car - tally.sun)
    assert (tally.oracle, tally.used) == (0, 0), "the oracle leaves what is not enough for its minimum"
    assert tally.starts == 1


def test_what_the_oracle_would_have_used_and_the_car_did_not():
    tally = run_days([flat(3000)], Always(8.0), Station(phases=1, seed=0), Oracle(choices=(1,)))
    assert tally.used == pytest.approx(tally.car)
    assert tally.oracle == pytest.approx(tally.used + tally.lost_late + tally.lost_paused)
    assert tally.grid == 0


def test_a_switch_is_none_of_the_starts():
    station = Station(phases=3, seed=0)
    tally = run_days([flat(9000)], Always(8.0, on=3, then_s=300), station, Oracle(choices=(1, 3)))
    assert (tally.starts, tally.switches, tally.under_load) == (1, 1, 1)
    assert station.current_a[1:] == (0.0, 0.0)


def test_days_are_added_and_the_worst_day_is_kept():
    whole = Tally(days=1, starts=2, most_starts=2)
    whole.add(Tally(days=1, starts=5, most_starts=5))
    whole.add(Tally(days=1, starts=1, most_starts=1))
    assert (whole.days, whole.starts, whole.most_starts) == (3, 8, 5)


def test_a_day_is_watched_from_before_its_first_surplus_to_after_its_last():
    roof_w = [0.0] * 86_400
    roof_w[40_000:50_000] = [2000.0] * 10_000
    day = day_of("day", roof_w, [200.0] * 1440)
    assert (day.first, day.last) == (40_000 - 1800, 49_999 + 1800)
    assert day.surplus_w[45_000] == 1800
    assert day_of("dark", [0.0] * 86_400, [200.0] * 1440).last <= 1800


def test_the_charger_gives_no_more_than_it_has():
    tally = run_days([flat(9000)], Always(MAXIMUM_A), Station(phases=1, seed=0), Oracle(choices=(1,)))
    assert tally.used == pytest.approx(tally.oracle, rel=0.02)
