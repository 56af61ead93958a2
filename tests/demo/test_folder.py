import json
from pathlib import Path

import pytest

from demo import develop
from demo import folder as folders
from demo.errors import DemoError
from demo.folder import INTEGRATION, take_folder


def test_a_folder_has_all_that_home_assistant_needs_to_start(tmp_path: Path) -> None:
    folder = take_folder(tmp_path)
    folder.prepare(port=8999)
    http = json.loads((folder.config / ".storage/http").read_text())
    assert http["data"] == {"server_host": ["127.0.0.1"], "server_port": 8999}
    assert "custom_components.smart_charging: info" in (folder.config / "configuration.yaml").read_text()
    assert (folder.config / "custom_components/smart_charging").resolve() == INTEGRATION.resolve()
    folder.release()


def test_each_demo_starts_afresh_and_development_goes_on(tmp_path: Path) -> None:
    folder = take_folder(tmp_path)
    folder.prepare(port=1)
    kept = folder.config / ".storage/onboarding"
    kept.write_text("onboarded")
    folder.log.write_text("old")
    folder.prepare(port=1, keep=True)
    assert kept.read_text() == "onboarded"
    assert not folder.log.exists()
    folder.prepare(port=1)
    assert kept.read_text() != "onboarded"


def test_what_gives_way_is_a_toggle_that_is_on_at_the_start(tmp_path: Path) -> None:
    folder = take_folder(tmp_path)
    folder.prepare(port=1)
    assert "input_boolean" not in (folder.config / "configuration.yaml").read_text()
    folder.prepare(port=1, switches=[("boiler", "Boiler")])
    text = (folder.config / "configuration.yaml").read_text()
    assert text.endswith("input_boolean:\n  boiler:\n    name: Boiler\n    initial: true\n")


def test_two_demos_have_a_folder_each_and_a_third_takes_the_first_s(tmp_path: Path) -> None:
    first, second = take_folder(tmp_path), take_folder(tmp_path)
    assert [first.path.name, second.path.name] == ["1", "2"]
    first.release()
    third = take_folder(tmp_path)
    assert third.path == first.path


def test_there_is_an_end_to_demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LARGEST_NUMBER", 1)
    held = take_folder(tmp_path)
    with pytest.raises(DemoError, match="1 demos are running"):
        take_folder(tmp_path)
    held.release()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoError, match="Not a directory"):
        take_folder(tmp_path / "file")
    folder = take_folder(tmp_path)
    (folder.path / "config").write_text("in the way")
    with pytest.raises(DemoError, match="Not a directory"):
        folder.prepare(port=1)


def test_development_keeps_its_folder_and_says_more(tmp_path: Path) -> None:
    folder = develop.prepared(tmp_path, "8124")
    assert "custom_components.smart_charging: debug" in (folder.config / "configuration.yaml").read_text()
    assert folder.lock_number > 0


@pytest.mark.parametrize("text", ["0", "70000", "http", "-1"])
def test_development_refuses_what_is_no_port(tmp_path: Path, text: str) -> None:
    with pytest.raises(DemoError, match="not a port"):
        develop.prepared(tmp_path, text)


def test_development_becomes_home_assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(develop, "REPOSITORY", tmp_path)
    monkeypatch.setattr("sys.argv", ["develop"])
    monkeypatch.setattr("os.execv", lambda _, command: became.append(command))
    develop.main()
    assert became[0][1:] == ["-m", "homeassistant", "--config", str(tmp_path / ".develop/1/config")]
    monkeypatch.setattr("sys.argv", ["develop", "x"])
    with pytest.raises(SystemExit, match="2"):
        develop.main()
