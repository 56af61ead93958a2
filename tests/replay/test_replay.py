"""What `script/replay` says of a recording. That it reads what a site records is tested in tests/integration."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.replay import to_json
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from script import replay

from ..engine.builders import appliance, charger, later, mains, rating, reading, site, status, switched

type Play = Callable[..., tuple[int, list[str], str]]

ENTRY = {"subentries": [{"subentry_id": "a", "title": "Garage"}, {"subentry_id": "boiler", "title": "Boiler"}]}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Play:
    """Run the command: its exit code, its lines, and its complaint."""

    def run(*words: str | Path) -> tuple[int, list[str], str]:
        monkeypatch.setattr("sys.argv", ["replay", *map(str, words)])
        code = replay.main()
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return run


def record(of: Site, seconds: int = 30, house_a: float = 10.0) -> dict[str, Any]:
    """A charger that was offered 6 A is steered for a while, by a meter that speaks each second."""
    state, ticks = ControlState(), []
    for second in range(seconds):
        now = later(second)
        snapshot = SiteSnapshot(
            at=now,
            meters={"site": reading(house_a, at=now)},
            evses={evse.evse_id: status(offered_a=6.0, measured_at=now) for evse in of.evses},
            loads={load.load_id: switched() for load in of.loads},
        )
        decision = step(of, snapshot, state, {})
        ticks.append({"snapshot": to_json(snapshot), "state": to_json(state), "decision": to_json(decision)})
        state = decision.next_state
    written: dict[str, Any] = json.loads(json.dumps({"entry": ENTRY, "site": to_json(of), "ticks": ticks}))
    return written


def write(folder: Path, data: Any, *, wrapped: bool = True) -> Path:
    """As Home Assistant writes a download, or bare."""
    file = folder / "diagnostics.json"
    file.write_text(json.dumps({"home_assistant": {}, "data": data} if wrapped else data))
    return file


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_is_decided_as_recorded_is_said_and_zero(tmp_path: Path, play: Play, wrapped: bool) -> None:
    code, lines, _ = play(write(tmp_path, record(site(charger())), wrapped=wrapped))
    assert (code, lines[-1]) == (0, "all 30 ticks are decided as recorded")
    assert len(lines) == 31
    assert lines[0].startswith("   1  19:00:00.000  L1 10.0 A  Garage 6.0 A: Goes up to ")
    assert lines[29].startswith("  30  19:00:29.000  L1 10.0 A  Garage ")


def test_several_chargers_and_appliances_have_a_line_each(tmp_path: Path, play: Play) -> None:
    circuits = [mains(rating(25.0))]
    several = Site(circuits=tuple(circuits), evses=(charger("a"), charger("b")), loads=(appliance(),))
    lines = play(write(tmp_path, record(several, seconds=1, house_a=39.0)))[1]
    assert lines[0] == "   1  19:00:00.000  L1 39.0 A"
    assert [line.split(":")[0] for line in lines[1:4]] == ["      Garage 0.0 A", "      b 0.0 A", "      Boiler off"]


def test_a_silent_meter_and_one_that_tells_the_total_are_told_as_such(tmp_path: Path, play: Play) -> None:
    data = record(site(charger()), seconds=2)
    silent, total = data["ticks"]
    silent["snapshot"]["meters"] = {}
    total["snapshot"]["meters"]["site"] |= {"current_a": {}, "power_w": 2300.0}
    lines = play(write(tmp_path, data))[1]
    told = [line for line in lines if "≠" not in line]
    assert "  meter unknown  " in told[0]
    assert "  total 2300 W  " in told[1]


def test_a_decision_that_differs_is_named_to_the_value_and_one(tmp_path: Path, play: Play) -> None:
    data = record(site(charger()))
    setpoint = data["ticks"][4]["decision"]["setpoints"]["a"]
    was_a, setpoint["current_a"] = setpoint["current_a"], 31.5
    code, lines, _ = play(write(tmp_path, data))
    assert code == 1
    assert lines[5] == f"      ≠ setpoints.Garage.current_a: recorded 31.5, now {json.dumps(was_a)}"
    assert lines[-1] == "1 of 30 ticks are decided otherwise now: 5"


def test_of_many_differences_the_first_are_told_and_all_with_their_tick(tmp_path: Path, play: Play) -> None:
    data = record(site(charger("a"), charger("b")))
    for tick in data["ticks"]:
        tick["decision"]["next_state"]["evses"] = {}
        tick["decision"]["setpoints"] = {}
    file = write(tmp_path, data)
    code, lines, _ = play(file)
    assert code == 1
    assert lines[-1] == "30 of 30 ticks are decided otherwise now: 1, 2, 3, 4, 5, 6, 7, 8, …"
    one = play(file, "--tick", "20")[1]
    differing = [line for line in one if "≠" in line]
    assert one[-1] == "1 of 1 ticks are decided otherwise now: 20"
    more = len(differing) - replay.SHOWN
    assert (more > 0) == (f"      ≠ and {more} more: see --tick 20" in lines)


def test_one_tick_is_told_with_all_that_went_in_and_came_out(tmp_path: Path, play: Play) -> None:
    data = record(site(charger()))
    code, lines, _ = play(write(tmp_path, data), "--tick", "7")
    assert code == 0
    assert lines[0].startswith("   7  19:00:06.000  ")
    assert lines[-1] == "decided as recorded"
    assert json.loads("\n".join(lines[1:-1])) == data["ticks"][6]


@pytest.mark.parametrize("number", ["0", "31", "-1"])
def test_a_tick_that_is_not_there_is_said(tmp_path: Path, play: Play, number: str) -> None:
    code, _, said = play(write(tmp_path, record(site(charger()))), "--tick", number)
    assert code == 2
    assert said.endswith("has the ticks 1 to 30\n")


def test_a_tick_that_the_engine_does_not_bear_any_more_differs(
    tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, record(site(charger()), seconds=1))

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(replay, "step", fail)
    code, lines, _ = play(file)
    assert (code, lines[1]) == (1, "      ≠ the engine fails now: ZeroDivisionError()")


def test_a_tick_with_a_site_of_its_own_is_decided_for_that(tmp_path: Path, play: Play) -> None:
    data = record(site(charger()))
    file = write(tmp_path, data | {"site": to_json(site(charger(maximum_a=9.0)))})
    assert play(file)[0] == 1
    ticks = [tick | {"site": data["site"]} for tick in data["ticks"]]
    assert play(write(tmp_path, data | {"site": to_json(site(charger(maximum_a=9.0))), "ticks": ticks}))[0] == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not JSON"),
        ("[]", "not the diagnostics of a Smart Charging site"),
        ('{"data": {"entry": {}}}', "not the diagnostics of a Smart Charging site"),
        ('{"data": {"site": {}, "ticks": []}}', "no tick was recorded"),
        ('{"data": {"site": {}, "ticks": [{}]}}', "Site: "),
        ('{"data": {"site": {"circuits": []}, "ticks": [1]}}', "tick 1: not an object"),
        ('{"data": {"site": {"circuits": []}, "ticks": [{}]}}', "tick 1: SiteSnapshot: not an object"),
        ('{"data": {"site": {"circuits": []}, "ticks": [{"snapshot": {"at": "soon"}}]}}', "SiteSnapshot.at: 'soon'"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_two(tmp_path: Path, play: Play, text: str, complaint: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text)
    code, lines, said = play(file)
    assert (code, lines) == (2, [])
    assert complaint in said
    assert said.count("\n") == 1


def test_a_file_that_is_not_there_and_words_that_mean_nothing_are_two(tmp_path: Path, play: Play) -> None:
    code, _, said = play(tmp_path / "gone.json")
    assert (code, said) == (2, f"replay: {tmp_path}/gone.json: No such file or directory\n")
    assert play()[0] == 2
    assert play("x", "--tick", "first")[0] == 2


@pytest.mark.parametrize("entry", [None, {}, {"subentries": None}, {"subentries": [None, {"title": "Garage"}]}])
def test_without_names_the_ids_are_told(tmp_path: Path, play: Play, entry: Any) -> None:
    lines = play(write(tmp_path, record(site(charger()), seconds=1) | {"entry": entry}))[1]
    assert "  a 6.0 A: " in lines[0]
