import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from demo import __main__ as program
from demo.clock import PATH, write_clock
from demo.options import Options
from demo.report import Summary
from demo.visits import VisitFigures


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--supply much", "--supply much"),
        ("--trace {folder}/gone.csv", "gone.csv: No such file or directory"),
        ("--trace {folder}/bad.csv", "bad.csv, line 3: 'x' is not a number of watts"),
        ("--from 12:00", "--from 12:00"),
        ("--port 70000", "port 70000: no such port"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_two(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    complaint: str,
) -> None:
    (tmp_path / "bad.csv").write_text("time,house_w\n2026-01-15T18:00,1\n2026-01-15T18:01,x\n")
    monkeypatch.setattr("sys.argv", ["demo", *words.format(folder=tmp_path).split()])
    assert program.main() == 2
    said = capsys.readouterr()
    assert complaint in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


class FakeRun:
    """Ends at once, with or without anything counted."""

    summary: ClassVar[Summary | None] = None

    def __init__(self, _options: Options) -> None:
        self.ended = False

    def end(self) -> None:
        self.ended = True

    async def run(self) -> Summary | None:
        return self.summary

    def summary_lines(self, _summary: Summary) -> list[str]:
        return ["one line", "another"]


SUMMARY = Summary(
    trips=0,
    longest_overload_s=0,
    energy_kwh=1.0,
    share_of_possible=None,
    commands=0,
    wire_p50_ms=None,
    wire_p99_ms=None,
    cpu_share=0.0,
    memory_mb=0.0,
    failsafe_after_s=None,
)


@pytest.mark.parametrize("words", ["", "--report {folder}/r.json"])
def test_a_run_ends_with_its_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.setattr(program, "Run", FakeRun)
    monkeypatch.setattr(FakeRun, "summary", SUMMARY)
    monkeypatch.setattr("sys.argv", ["demo", *words.format(folder=tmp_path).split()])
    assert program.main() == 0
    assert capsys.readouterr().out == "\none line\nanother\n"
    assert (tmp_path / "r.json").exists() == bool(words)


def visit(*, missed: bool) -> VisitFigures:
    return VisitFigures(
        arrived="18:30",
        leaves="07:15",
        wanted_kwh=19.8,
        got_kwh=20.0,
        ready=None if missed else "03:00",
        soc=0.8,
        energy_kwh=21.0,
        cost=3.4,
        saving=1.0,
        missed=missed,
    )


@pytest.mark.parametrize(("missed", "trips", "code"), [(False, 0, 0), (True, 0, 1), (False, 1, 1)])
def test_a_night_in_which_a_car_was_not_ready_or_the_breaker_opened_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missed: bool, trips: int, code: int
) -> None:
    summary = replace(SUMMARY, trips=trips, visits={"Family car": visit(missed=missed)})
    monkeypatch.setattr(program, "Run", FakeRun)
    monkeypatch.setattr(FakeRun, "summary", summary)
    write_clock(tmp_path / "clock", datetime(2026, 1, 15, 18, tzinfo=UTC))
    monkeypatch.setenv(PATH, str(tmp_path / "clock"))
    monkeypatch.setattr("sys.argv", ["demo", "--scenario", "off-peak-night", "--report", str(tmp_path / "r.json")])
    assert program.main() == code
    assert json.loads((tmp_path / "r.json").read_text())["visits"]["Family car"]["missed"] is missed


def test_a_night_begins_anew_by_a_clock_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def restart_by(library: Path, shared: Path) -> None:
        raise SystemExit(f"{library.name} {shared.name}")

    monkeypatch.delenv(PATH, raising=False)
    monkeypatch.setattr(program, "REPOSITORY", tmp_path)
    monkeypatch.setattr(program, "restart_by", restart_by)
    monkeypatch.setattr("sys.argv", ["demo", "--scenario", "off-peak-night"])
    with pytest.raises(SystemExit, match=r"clock-.*\.so clock-\d+"):
        program.main()
    assert len(list((tmp_path / ".demo").iterdir())) == 2


def test_a_run_that_was_ended_before_it_counted_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "Run", FakeRun)
    monkeypatch.setattr("sys.argv", ["demo", "--report", str(tmp_path / "r.json")])
    assert program.main() == 0
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "r.json").exists()
