from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.faults import FaultKind
from demo.options import parse_options
from demo.trace import HOUSE_EVENING, HOUSE_NIGHT


def test_without_options_a_person_watches_a_nine_kva_house() -> None:
    options = parse_options([])
    assert (options.scenario.name, options.scenario.supply.text) == ("home", "9 kVA, 1 phase")
    assert options.trace == HOUSE_EVENING
    assert (options.headless, options.minutes, options.control) == (False, None, True)
    assert (options.start, options.faults, options.report, options.port) == (None, (), None, None)
    assert options.jitter == 0.01


def test_everything_can_be_said(tmp_path: Path) -> None:
    words = f"--headless --minutes 1.5 --no-control --from 19:30 --trace {tmp_path}/t.csv --supply 40A --phases 3"
    words += f" --fault flood@9 --report {tmp_path}/r.json --seed 7 --jitter 0 --port 8999"
    options = parse_options(words.split())
    assert (options.scenario.name, options.scenario.supply.text) == ("home", "40 A, 3 phases")
    assert (options.headless, options.minutes, options.control) == (True, 1.5, False)
    assert (options.start, options.seed, options.jitter, options.port) == ("19:30", 7, 0.0, 8999)
    assert [fault.kind for fault in options.faults] == [FaultKind.FLOOD]
    assert options.report == tmp_path / "r.json"
    assert parse_options(["--diagnostics", f"{tmp_path}/d.json"]).diagnostics == tmp_path / "d.json"


def test_a_scenario_has_a_supply_of_its_own_unless_another_is_asked_for() -> None:
    flat = ["--scenario", "flat-with-three-chargers"]
    assert parse_options(flat).scenario.supply.text == "35 A, 3 phases"
    assert parse_options([*flat, "--supply", "25A"]).scenario.supply.text == "25 A, 3 phases"


def test_a_night_has_an_end_a_trace_and_a_clock_of_its_own() -> None:
    night = ["--scenario", "off-peak-night", "--headless"]
    assert (parse_options(night).trace, parse_options(night).minutes, parse_options(night).speed) == (
        HOUSE_NIGHT,
        None,
        None,
    )
    assert parse_options([*night, "--speed", "10"]).speed == 10


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--headless", "needs --minutes"),
        ("--speed 10", "--speed: home goes by the world's own clock"),
        ("--scenario off-peak-night --speed 0.5", "--speed 0.5: expected 1 to 120"),
        ("--minutes 0", "--minutes 0"),
        ("--minutes nan", "--minutes nan"),
        ("--minutes soon", "--minutes"),
        ("--phases 2", "--phases"),
        ("--scenario castle", "no such scenario; there are home, flat-with-three-chargers"),
        ("--supply much", "--supply much"),
        ("--fault fire@1", "--fault fire@1"),
        ("--jitter 99", "--jitter 99"),
        ("--colour", "--colour"),
        ("--report /", "is a folder"),
        ("--report /nowhere/at/all.json", "there is no folder"),
        ("--diagnostics /", "--diagnostics /: is a folder"),
        ("--diagnostics d.json --no-control", "there are none with --no-control"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(words: str, complaint: str) -> None:
    with pytest.raises(DemoError, match=complaint) as caught:
        parse_options(words.split())
    assert "\n" not in str(caught.value)


def test_a_report_that_may_not_be_written_is_said_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(DemoError, match="Permission denied"):
        parse_options(["--report", str(tmp_path / "r.json")])
