from pathlib import Path
from typing import ClassVar

import pytest

from demo import __main__ as program
from demo.options import Options
from demo.report import Summary


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


def test_a_run_that_was_ended_before_it_counted_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "Run", FakeRun)
    monkeypatch.setattr("sys.argv", ["demo", "--report", str(tmp_path / "r.json")])
    assert program.main() == 0
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "r.json").exists()
