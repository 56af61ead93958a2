from pathlib import Path

import pytest

from demo import __main__ as program


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
