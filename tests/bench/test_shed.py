import gzip
import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

from bench import shed
from bench.case import ALONE_S, WARM_UP_S, Case
from bench.data import DataDir
from bench.matrix import CARS, HOUSES, LAGS_S, RISES_IN_S, SUPPLIES, House, cases, read_houses, turns
from bench.result import BenchError
from demo.supply import parse_supply
from demo.trace import Trace

MIDNIGHT = datetime(2026, 1, 15)  # noqa: DTZ001 traces are in naive local time


def trace(hours: int, watts: float = 500.0) -> Trace:
    """Calm but for each day's hour from 18:00, in which a kettle boils now and then."""
    times = tuple(MIDNIGHT + timedelta(minutes=minute) for minute in range(hours * 60))
    return Trace(
        name="made up",
        times=times,
        watts=tuple(watts + 2000.0 * (when.hour == 18 and when.minute % 10 < 3) for when in times),
        step=timedelta(minutes=1),
    )


def factors(case: Case) -> dict[str, object]:
    return {
        "house": case.house,
        "supply": (f"{case.supply.value:g}", case.supply.phases),
        "lag": case.lag_s,
        "cars": case.cars,
        "rise": case.rises_in_s,
    }


class TestMatrix:
    def test_every_pair_of_values_of_any_two_factors_is_there(self):
        sizes = {"house": len(HOUSES), "supply": len(SUPPLIES), "lag": len(LAGS_S), "cars": len(CARS)}
        sizes["rise"] = len(RISES_IN_S)
        for one, other in combinations(sizes, 2):
            pairs = {(factors(case)[one], factors(case)[other]) for case in cases()}
            assert len(pairs) == sizes[one] * sizes[other], (one, other)

    def test_it_is_balanced(self):
        for name in ("cars", "rise"):
            counts = Counter(factors(case)[name] for case in cases())
            assert max(counts.values()) - min(counts.values()) <= 2

    def test_no_two_cases_have_the_same_chance(self):
        assert len({case.seed for case in cases()}) == len(cases())


class TestWindows:
    def test_the_hour_in_which_the_house_takes_most_is_the_day_s_peak(self):
        house = House(trace(72))
        assert sorted(start.day for start in house.peaks) == [15, 16, 17]
        for start in house.peaks:
            assert start <= start.replace(hour=18, minute=50) < start + timedelta(hours=1)

    def test_calm_hours_have_no_kettle(self):
        house = House(trace(72))
        assert 0 < len(house.calm) < len(house.others)
        assert all(not 17 <= start.hour <= 18 for start in house.calm)

    def test_a_window_begins_before_what_counts(self):
        house = House(trace(48), minutes=10)
        window = house.window(house.others[0], 3)
        assert window.seconds == ALONE_S + WARM_UP_S + 600
        assert len(window.at_a(0)) == 3
        assert sum(window.at_a(window.seconds - 1)) == pytest.approx(500 / 230, rel=5)

    def test_noise_is_different_in_each_second(self):
        house = House(trace(48), minutes=1)
        window = house.window(house.calm[0], 1, jitter=0.02)
        assert window.seconds == len(window.loads_a) == ALONE_S + WARM_UP_S + 60
        assert len(set(window.loads_a)) > 900

    def test_nothing_is_missing_in_a_window(self):
        whole = trace(48)
        gap = slice(600, 700)
        times, watts = list(whole.times), list(whole.watts)
        del times[gap], watts[gap]
        holed = Trace(name="holed", times=tuple(times), watts=tuple(watts), step=whole.step)
        missing = set(whole.times[gap])
        for start in House(holed).others:
            assert not missing & {start + timedelta(minutes=minute) for minute in range(-15, 60)}

    def test_the_seed_decides_the_order(self):
        assert House(trace(72)).others == House(trace(72)).others
        assert House(trace(72)).others != House(trace(72), seed=1).others

    def test_they_are_handed_out_in_turns(self):
        three = turns("abc")
        assert [next(three) for _ in range(5)] == list("abcab")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two days of two houses, as the measured ones are written."""
    chance = Random("made-up houses")  # noqa: S311 a house, not a secret
    minutes = range(2 * 1440)
    watts = [200 + chance.choice((0, 0, 0, 2000)) * (minute // 7 % 5 == 0) for minute in minutes]
    uci = [
        f"{MIDNIGHT + timedelta(minutes=minute)},{load},230,1,0,0,0"
        for minute, load in zip(minutes, watts, strict=True)
    ]
    lpg = [f"{minute},{load}" for minute, load in zip(minutes, watts, strict=True)]
    header = "local_naive,active_w,volt,amps,kitchen_wh,laundry_wh,heater_ac_wh"
    _write(tmp_path / "load_uci_sceaux_1min_2d.csv.gz", [header, *uci])
    _write(tmp_path / "load_lpg_chr01_1min_2d.csv.gz", ["minute_of_2021_cet,watt", *lpg])
    return tmp_path


def _write(path: Path, lines: list[str]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


SUMMARY = {
    "trips_ours",
    "trips_house",
    "share_lag_1",
    "share_lag_10",
    "overload_ours_beyond_lag_p99_s",
    "overload_ours_max_s",
    "nearness_ours_max",
    "commands_per_hour",
}


def test_a_tiny_matrix_gives_every_figure(data: Path, monkeypatch: pytest.MonkeyPatch):
    few = tuple(
        Case(house=house, supply=parse_supply("6kVA", 1), lag_s=lag_s, cars=1, rises_in_s=1.0)
        for house, lag_s in product(HOUSES, (1, 10))
    )
    monkeypatch.setattr(shed, "cases", lambda: few)
    houses = read_houses(DataDir(data), minutes=3)
    jobs = shed.jobs_of(houses, ("ours", "none"))
    assert sum(job.calm for job in jobs) == 2
    result = shed.summarise([(job, shed.run_job(job)) for job in jobs])
    assert set(result.summary) >= SUMMARY
    assert result.summary["trips_ours"] == 0
    assert result.summary["share_lag_1"] > 0.5
    assert {(row["policy"], row["what"]) for row in result.rows} >= {("ours", "lag 1 s"), ("none", "lag 10 s")}
    json.dumps([dict(row) for row in result.rows], allow_nan=False)


def test_a_part_can_be_run_by_itself(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shed, "run_all", lambda jobs: [shed.run_job(job) for job in jobs])
    words = ["--house", "uci", "--supply", "3x16A", "--lag", "60", "--cars", "1", "--rise", "10"]
    assert shed.main(["--data", str(data), *words, "--windows", "1", "--minutes", "3", "--each"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["ours", "instant", "ours", "instant", "1"]


def test_without_series_it_says_so():
    with pytest.raises(BenchError, match="--data"):
        shed.run(DataDir(None))
