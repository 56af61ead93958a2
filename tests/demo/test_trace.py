import gzip
import runpy
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.trace import HOUSE_EVENING, HOUSE_NIGHT, HouseLoad, Trace, read_trace


def write(folder: Path, text: str, name: str = "load.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def minutes(*watts: int, start: str = "2026-01-15T18:00") -> str:
    first = datetime.fromisoformat(start)
    rows = (f"{first + timedelta(minutes=minute):%Y-%m-%dT%H:%M},{load}" for minute, load in enumerate(watts))
    return "time,house_w\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "local_naive,active_w,volt\n2006-12-16 17:24:00,4216,234.84\n2006-12-16 17:25:00,5360,233.63\n",
        "minute_of_2021_cet,watt\n0,4216\n1,5360\n",
        "time,house_w\n2026-01-15T18:00,4216\n2026-01-15T18:01,5360\n",
        "\ufefftime,house_w\r\n2026-01-15T18:00,4216\r\n2026-01-15T18:01,5360\r\n",
    ],
)
def test_three_formats_are_read(tmp_path: Path, text: str) -> None:
    trace = read_trace(write(tmp_path, text))
    assert trace.watts == (4216.0, 5360.0)
    assert trace.step == timedelta(minutes=1)


def test_a_compressed_trace_is_read(tmp_path: Path) -> None:
    path = tmp_path / "load.csv.gz"
    path.write_bytes(gzip.compress(minutes(100, 200).encode()))
    assert read_trace(path).watts == (100.0, 200.0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the first two columns"),
        ("when,watts\n", "line 1: the first two columns"),
        ("time,house_w\n2026-01-15T18:00,1\n", "fewer than two lines"),
        ("time,house_w\n2026-01-15T18:00,1\n2026-01-15T18:01\n", "line 3: 1 columns instead of 2"),
        ("time,house_w\n2026-01-15T18:00,1\n2026-01-15T18:01,2,3\n", "line 3: 3 columns instead of 2"),
        ("time,house_w\n2026-01-15T18:00,1\n2026-01-15T18:01,?\n", "line 3: '\\?' is not a number"),
        ("time,house_w\n2026-01-15T18:00,1\n2026-01-15T18:01,\n", "line 3: '' is not a number"),
        ("time,house_w\n2026-01-15T18:00,nan\n", "line 2: 'nan' is not a load"),
        ("time,house_w\n2026-01-15T18:00,-5\n", "line 2: '-5' is not a load"),
        ("time,house_w\n2026-01-15T18:00,1e9\n", "line 2: '1e9' is not a load"),
        ("time,house_w\nyesterday,5\n", "line 2: 'yesterday' is not a time"),
        ("minute_of_2021_cet,watt\n0.5,5\n", "line 2: '0.5' is not a time"),
        ("minute_of_2021_cet,watt\n99999999999999,5\n", "line 2: '99999999999999' is not a time"),
        ("time,house_w\n2026-01-15T18:00,1\n2026-01-15T18:00,1\n", "line 3: .* is not after 18:00:00"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(DemoError, match=f"load.csv[,:] .*{complaint}|load.csv: {complaint}") as caught:
        read_trace(write(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "data"), [("load.csv", b"\xff\xfe\x00"), ("load.csv.gz", b"no gzip"), ("gone", None)])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, name: str, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(DemoError, match=name):
        read_trace(tmp_path / name)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "load.csv.gz"
    path.write_bytes(gzip.compress(minutes(*range(500)).encode())[:-20])
    with pytest.raises(DemoError, match=r"load\.csv\.gz"):
        read_trace(path)


def test_a_hole_in_a_short_trace_is_refused_with_its_line(tmp_path: Path) -> None:
    text = minutes(1, 2, 3, 4, 5)
    trace = read_trace(write(tmp_path, "".join(line for line in text.splitlines(keepends=True) if "18:02" not in line)))
    with pytest.raises(DemoError, match=r"load\.csv, line 4: 2026-01-15 18:02:00 is missing before 18:03:00"):
        trace.refuse_holes(trace.times[0], timedelta(minutes=1))


@pytest.mark.parametrize(("hours_after_hole", "refused"), [(-2, True), (2, True), (5, False), (-10, False)])
def test_a_hole_in_a_long_trace_matters_where_it_is_played(
    tmp_path: Path, hours_after_hole: int, refused: bool
) -> None:
    lines = minutes(*range(3 * 24 * 60), start="2026-01-15T00:00").splitlines(keepends=True)
    trace = read_trace(write(tmp_path, "".join(line for line in lines if "2026-01-16T12:00" not in line)))
    start = datetime(2026, 1, 16, 12) + timedelta(hours=hours_after_hole)  # noqa: DTZ001
    if refused:
        with pytest.raises(DemoError, match="2026-01-16 12:00:00 is missing"):
            trace.refuse_holes(start, timedelta(hours=1))
    else:
        trace.refuse_holes(start, timedelta(hours=1))


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day_with_peaks() -> Trace:
    start = naive("2026-01-15T00:00")
    times = tuple(start + timedelta(minutes=minute) for minute in range(2 * 24 * 60))
    watts = [500.0] * len(times)
    watts[12 * 60 : 13 * 60] = [9000.0] * 60  # noon is no evening
    watts[19 * 60 + 20 : 20 * 60 + 20] = [5000.0] * 60
    watts[24 * 60 + 22 * 60 + 30 : 24 * 60 + 23 * 60 + 30] = [8000.0] * 60  # only half of it before 23:00
    return Trace(name="load.csv", times=times, watts=tuple(watts), step=timedelta(minutes=1))


def test_the_evening_peak_is_the_busiest_hour_from_17_to_23() -> None:
    assert day_with_peaks().start_at(None) == naive("2026-01-15T19:20")


def test_an_hour_with_a_hole_is_no_peak() -> None:
    whole = day_with_peaks()
    kept = [place for place, when in enumerate(whole.times) if when != naive("2026-01-15T19:40")]
    holed = Trace(
        name="load.csv",
        times=tuple(whole.times[place] for place in kept),
        watts=tuple(whole.watts[place] for place in kept),
        step=whole.step,
    )
    assert holed.start_at(None) == naive("2026-01-16T22:00")


def test_a_trace_without_an_evening_begins_at_its_start(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path, minutes(1, 2, 3, start="2026-01-15T08:00")))
    assert trace.start_at(None) == naive("2026-01-15T08:00")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-01-16T18:30", "2026-01-16T18:30"),
        ("2026-01-16 18:30:15", "2026-01-16T18:30:15"),
        ("18:30", "2026-01-15T18:30"),
    ],
)
def test_a_start_is_a_date_and_time_or_a_time(text: str, start: str) -> None:
    assert day_with_peaks().start_at(text) == naive(start)


def test_a_time_before_the_trace_s_first_is_the_next_day_s() -> None:
    whole = day_with_peaks()
    later = Trace(name="load.csv", times=whole.times[600:], watts=whole.watts[600:], step=whole.step)
    assert later.start_at("09:00") == naive("2026-01-16T09:00")


@pytest.mark.parametrize("text", ["evening", "25:00", "2026-13-01T00:00", "2027-01-01T00:00", "2020-01-01T18:00"])
def test_a_start_outside_the_trace_is_refused(text: str) -> None:
    with pytest.raises(DemoError, match=f"--from {text}"):
        day_with_peaks().start_at(text)


def test_a_time_that_a_short_trace_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="--from 12:00"):
        read_trace(write(tmp_path, minutes(1, 2, 3))).start_at("12:00")


def test_a_minute_s_value_holds_for_its_seconds_and_the_trace_starts_again(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path, minutes(230, 460)))
    house = HouseLoad(trace, start=trace.times[0], phases=1)
    assert [house.at_w(second) for second in (0, 59, 60, 119, 120)] == [
        (230.0,),
        (230.0,),
        (460.0,),
        (460.0,),
        (230.0,),
    ]
    assert house.at_a(0) == (1.0,)
    assert house.time_at(61) == naive("2026-01-15T18:01:01")


def test_three_phases_share_the_load_unevenly_and_for_good(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path, minutes(1000, 2000)))
    house = HouseLoad(trace, start=trace.times[0], phases=3, seed=1)
    assert sorted(house.at_w(0)) == pytest.approx([200, 300, 500])
    assert house.at_w(60) == pytest.approx([2 * load for load in house.at_w(0)])
    assert HouseLoad(trace, start=trace.times[0], phases=3, seed=1).shares == house.shares


def test_jitter_moves_each_second_around_the_minute_and_is_the_same_each_time(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path, minutes(1000, 1000)))
    loads = [HouseLoad(trace, start=trace.times[0], phases=1, jitter=0.05).at_w(second)[0] for second in range(60)]
    again = [HouseLoad(trace, start=trace.times[0], phases=1, jitter=0.05).at_w(second)[0] for second in range(60)]
    assert loads == again
    assert len(set(loads)) == 60
    assert sum(loads) / 60 == pytest.approx(1000, rel=0.05)


def test_the_trace_that_ships_is_a_busy_evening_and_comes_out_of_its_program_again(tmp_path: Path) -> None:
    trace = read_trace(HOUSE_EVENING)
    assert trace.holes == ()
    assert len(trace.watts) == 180
    assert 7000 <= max(trace.watts) <= 7400
    runpy.run_path(str(HOUSE_EVENING.with_name("make_house_evening.py")))["main"](tmp_path)
    assert (tmp_path / "house_evening.csv").read_bytes() == HOUSE_EVENING.read_bytes()


def test_the_night_that_ships_is_whole_and_comes_out_of_its_program_again(tmp_path: Path) -> None:
    trace = read_trace(HOUSE_NIGHT)
    assert trace.holes == ()
    assert (trace.times[0].hour, trace.end.hour) == (18, 8)
    assert max(trace.watts) <= 7200
    runpy.run_path(str(HOUSE_NIGHT.with_name("make_house_night.py")))["main"](tmp_path)
    assert (tmp_path / "house_night.csv").read_bytes() == HOUSE_NIGHT.read_bytes()
