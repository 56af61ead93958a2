import gzip
from pathlib import Path

import pytest

from bench import acn
from bench.acn import MAXIMUM_A, Day, most_kwh, read_days, sample
from bench.data import DataDir
from bench.result import BenchError

COLUMNS = "site,arrival,departure,requested_kwh,station"


def read(folder: Path, monkeypatch: pytest.MonkeyPatch, *rows: str, busy: int = 1) -> list[Day]:
    monkeypatch.setattr(acn, "BUSY", busy)
    with gzip.open(folder / "ev_sessions_acn_2019.csv.gz", "wt") as file:
        file.write("\n".join((COLUMNS, *rows)) + "\n")
    return read_days(DataDir(folder))


def test_a_session_is_read_by_the_clock_on_the_wall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    row = "caltech,2019-05-01 08:00:00-07:00,2019-05-01 17:30:00-07:00,12.5,CA-1"
    [day] = read(tmp_path, monkeypatch, row)
    [car] = day.sessions
    assert day.name == "2019-05-01"
    assert (car.space, car.arrives_s, car.leaves_s, car.asked_kwh) == ("CA-1", 8 * 3600, 17.5 * 3600, 12.5)
    assert day.asked_kwh == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("departure", "asked", "stays_h", "kwh"),
    [
        pytest.param("2019-05-01 09:00:00-07:00", "60", 1, most_kwh(MAXIMUM_A, 3600), id="more than it can be given"),
        pytest.param("2019-05-03 09:00:00-07:00", "60", 24, 60, id="who stays for days leaves after one"),
    ],
)
def test_a_session_is_cut(
    departure: str, asked: str, stays_h: float, kwh: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    [day] = read(tmp_path, monkeypatch, f"caltech,2019-05-01 08:00:00-07:00,{departure},{asked},CA-1")
    [car] = day.sessions
    assert car.leaves_s - car.arrives_s == pytest.approx(stays_h * 3600)
    assert car.asked_kwh == pytest.approx(kwh)


def test_spaces_are_dealt_to_the_phases_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = [
        f"caltech,2019-05-01 0{8 - number}:00:00-07:00,2019-05-01 17:00:00-07:00,1,CA-{number}" for number in range(5)
    ]
    [day] = read(tmp_path, monkeypatch, *rows)
    assert {car.space: car.phase for car in day.sessions} == {"CA-0": 0, "CA-1": 1, "CA-2": 2, "CA-3": 0, "CA-4": 1}
    assert [car.space for car in day.sessions] == ["CA-4", "CA-3", "CA-2", "CA-1", "CA-0"]


def test_only_busy_weekdays_of_the_garage_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def row(when: str, number: int, *, site: str = "caltech", kwh: str = "1") -> str:
        return f"{site},{when} 08:00:00-07:00,{when} 17:00:00-07:00,{kwh},CA-{number}"

    rows = [
        *(row("2019-05-01", number) for number in range(2)),
        row("2019-05-02", 0),
        row("2019-05-02", 1, site="jpl"),
        row("2019-05-02", 2, kwh="0"),
        row("2019-05-02", 3, kwh=""),
        *(row("2019-05-04", number) for number in range(2)),
        *(row("2019-05-06", number) for number in range(2)),
    ]
    days = read(tmp_path, monkeypatch, *rows, busy=2)
    assert [day.name for day in days] == ["2019-05-01", "2019-05-06"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["caltech,yesterday,2019-05-01 17:00:00-07:00,1,CA-1"], "cannot be understood"),
        (["caltech,2019-05-01 08:00:00-07:00,2019-05-01 17:00:00-07:00,much,CA-1"], "cannot be understood"),
        (
            [
                "caltech,2019-05-01 08:00:00-07:00,2019-05-01 12:00:00-07:00,1,CA-1",
                "caltech,2019-05-01 11:00:00-07:00,2019-05-01 17:00:00-07:00,1,CA-1",
            ],
            "two cars are in CA-1",
        ),
    ],
)
def test_what_cannot_be_is_told(rows: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(BenchError, match=told):
        read(tmp_path, monkeypatch, *rows)


@pytest.mark.parametrize(
    ("count", "taken"), [(1, [5]), (2, [2, 7]), (5, [1, 3, 5, 7, 9]), (10, list(range(10))), (99, list(range(10)))]
)
def test_a_sample_is_spread_evenly(count: int, taken: list[int]):
    assert sample(list(range(10)), count) == taken
