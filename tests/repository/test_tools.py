"""The programs beside the integration: the benchmark runner and the coverage gate."""

import gzip
import json
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench.data import DataDir
from bench.result import BenchError, BenchResult, Row
from script.coverage_gate import missing_lines, wanted_percent


def measure(data: DataDir) -> BenchResult:
    del data
    rows: list[Row] = [{"chargers": 1, "time_ms": 0.25}, {"chargers": 10, "time_ms": 2.0, "note": "slow"}]
    return BenchResult(rows=rows, summary={"time_1_ms": 0.25})


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "names", lambda: ["sample"])
    monkeypatch.setattr(runner, "load", {"sample": measure}.get)


@pytest.mark.usefixtures("known")
def test_a_benchmark_prints_a_table_and_writes_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert runner.main(["sample", "--json", str(tmp_path / "out.json")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1:] == [
        "chargers  time_ms  note",
        "────────  ───────  ────",
        "       1     0.25",
        "      10        2  slow",
        "time_1_ms = 0.25",
    ]
    written = json.loads((tmp_path / "out.json").read_text())
    assert list(written) == ["bench", "machine", "rows", "summary"]
    assert written["bench"] == "sample"
    assert written["summary"] == {"time_1_ms": 0.25}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nope"], 'bench: there is no benchmark called "nope"; there are: '),
        (["a", "b", "--json", "x"], "bench: --json writes one benchmark's result: name only one"),
    ],
)
def test_what_cannot_be_run_is_told_in_one_line(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]):
    assert runner.main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith(sentence)
    assert told.count("\n") == 1


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("nights", "sentence"),
    [("5", "bench: --nights: sample runs none\n"), ("0", "bench: --nights: one is the least\n")],
)
def test_nights_are_for_what_runs_nights(nights: str, sentence: str, capsys: pytest.CaptureFixture[str]):
    assert runner.main(["sample", "--nights", nights]) == 2
    assert capsys.readouterr().err == sentence


def test_less_nights_are_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def sleep(data: DataDir, nights: int = 500) -> BenchResult:
        del data
        return BenchResult(rows=[], summary={"nights": nights})

    monkeypatch.setattr(runner, "names", lambda: ["sleep"])
    monkeypatch.setattr(runner, "load", {"sleep": sleep}.get)
    assert runner.main(["sleep", "--nights", "5"]) == 0
    assert "nights = 5" in capsys.readouterr().out


@pytest.mark.usefixtures("known")
def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert runner.main(["sample", "--data", str(tmp_path / "no")]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.usefixtures("known")
def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert runner.main(["sample", "--json", str(tmp_path / "no" / "out.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_series_are_found_by_their_pattern(tmp_path: Path):
    for name in ("prices_nl.csv.gz", "prices_de.csv.gz", "load_x.csv.gz"):
        with gzip.open(tmp_path / name, "wt") as file:
            file.write("start,price\n1,2\n")
    data = DataDir(tmp_path)
    assert [path.name for path in data.files("prices_*.csv.gz")] == ["prices_de.csv.gz", "prices_nl.csv.gz"]
    assert [*data.rows(tmp_path / "prices_nl.csv.gz")] == [{"start": "1", "price": "2"}]
    with pytest.raises(BenchError, match=r"is named pv_\*\.csv\.gz"):
        data.files("pv_*.csv.gz")


def test_series_need_a_folder():
    with pytest.raises(BenchError, match="with --data"):
        DataDir(None).files("prices_*.csv.gz")


@pytest.mark.parametrize("content", [b"not gzip", gzip.compress(b"a,b\n1\n"), gzip.compress(b"a,b\n1,2\n")[:-9]])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes):
    path = tmp_path / "prices_x.csv.gz"
    path.write_bytes(content)
    with pytest.raises(BenchError, match="prices_x"):
        [*DataDir(tmp_path).rows(path)]


@pytest.mark.parametrize(
    ("path", "percent"),
    [
        ("custom_components/smart_charging/engine/control/step.py", 100),
        ("custom_components/smart_charging/config_flow.py", 100),
        ("custom_components/smart_charging/flows/charger.py", 100),
        ("custom_components/smart_charging/flows/meter.py", 100),
        ("custom_components/smart_charging/coordinator.py", 95),
        ("demo/car.py", 95),
    ],
)
def test_what_coverage_is_wanted(path: str, percent: float):
    assert wanted_percent(path) == percent


def test_what_is_missing_is_named():
    file = {"missing_lines": [12, 13, 14, 42], "missing_branches": [[40, 42], [50, -1], [51, 60]]}
    assert missing_lines(file) == "12-14, 42, 50->exit, 51->60"
