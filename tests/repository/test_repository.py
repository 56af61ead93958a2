"""What HACS, users and contributors find in the repository, and what must never stand in it."""

import os
import re
import shutil
import struct
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.repository.source import INTEGRATION, ROOT, modules, read_json

RULES = {
    "bronze": """action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
        dependency-transparency docs-actions docs-triggers docs-conditions docs-high-level-description
        docs-installation-instructions docs-removal-instructions entity-event-setup entity-unique-id has-entity-name
        runtime-data test-before-configure test-before-setup unique-config-entry""",
    "silver": """action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters
        entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage""",
    "gold": """devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations
        docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
        entity-category entity-device-class entity-disabled-by-default entity-translations exception-translations
        icon-translations reconfiguration-flow repair-issues stale-devices""",
    "platinum": "async-dependency inject-websession strict-typing",
}
HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
SIZES = {"icon": 256, "icon@2x": 512}
"""What the brands repository asks of icons: squares of these sides. A logo's shorter side is 128 to 256, twice that at 2x."""

OUTSIDE = "../" + "shared"
INDEXES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "debian" + ".org")


@cache
def files() -> tuple[Path, ...]:
    """What git has, and what it would add; without git, as in an unpacked archive, all that is not hidden."""
    if (ROOT / ".git").exists() and (git := shutil.which("git")):
        listing = subprocess.run(  # noqa: S603
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        return tuple(path for name in listing.stdout.decode().split("\0") if name and (path := ROOT / name).is_file())
    return tuple(
        path for path in ROOT.rglob("*") if path.is_file() and not path.relative_to(ROOT).parts[0].startswith(".")
    )


def scripts() -> list[Path]:
    return [path for path in files() if path.parent in {ROOT / "script", ROOT / ".ci"} and not path.suffix]


def test_what_everybody_looks_for_is_there():
    for name in ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "hacs.json", ".ci/run"):
        assert (ROOT / name).is_file(), name


def test_the_readme_names_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "script/demo" in readme
    assert "script/test" in readme


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_scripts_start_and_stop_at_the_first_error(path: Path):
    assert os.access(path, os.X_OK)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    code = [line for line in lines if line and not line.startswith("#")]
    assert code[0] == "set -euo pipefail"
    subprocess.run(["bash", "-n", str(path)], check=True)  # noqa: S603, S607


@pytest.mark.parametrize("name", ["test", "demo"])
def test_locks_have_hashes_and_no_addresses(name: str):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.rstrip())[1:]
    assert [entry for entry in entries if "==" not in entry.splitlines()[0] or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["test", "demo"])
def test_locks_hold_what_is_asked_for(name: str):
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    locked = re.findall(
        r"^([a-z0-9.-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    wanted = {re.split(r"[\[<>=~!; ]", line)[0].lower().replace("_", "-") for line in groups[name]}
    assert wanted - set(locked) == set(), "run script/lock"


def test_no_file_names_an_index_or_what_is_outside():
    named = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        named += [f"{path.relative_to(ROOT)}: {word}" for word in (OUTSIDE, *INDEXES) if word in text]
    assert named == []


def test_hacs():
    hacs = read_json(ROOT / "hacs.json")
    assert hacs.keys() <= HACS_KEYS
    assert hacs["name"] == read_json(INTEGRATION / "manifest.json")["name"]
    assert re.fullmatch(r"20\d\d\.\d{1,2}\.\d+", hacs["homeassistant"])
    integrations = [path for path in (ROOT / "custom_components").iterdir() if (path / "manifest.json").is_file()]
    assert integrations == [INTEGRATION]  # HACS takes one a repository


def png_size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    width, height = struct.unpack(">II", head[16:24])
    return width, height


@pytest.mark.parametrize("name", SIZES)
def test_icons_are_squares(name: str):
    assert png_size(INTEGRATION / "brand" / f"{name}.png") == (SIZES[name], SIZES[name])


@pytest.mark.parametrize("name", ["logo", "dark_logo"])
def test_logos_come_in_two_sizes(name: str):
    once, twice = (png_size(INTEGRATION / "brand" / f"{name}{suffix}.png") for suffix in ("", "@2x"))
    assert 128 <= min(once) <= 256
    assert 256 <= min(twice) <= 512
    assert twice[1] == 2 * once[1]


def test_no_brand_image_is_of_another_name():
    names = {f"{dark}{kind}{twice}.png" for dark in ("", "dark_") for kind in ("icon", "logo") for twice in ("", "@2x")}
    assert {path.name for path in (INTEGRATION / "brand").iterdir()} <= names


def test_quality_scale():
    """Every rule has a status; a status other than done has its reason, but for what is still to do."""
    rules = yaml.safe_load((INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8"))["rules"]
    assert list(rules) == [rule for level in RULES.values() for rule in level.split()]
    for name, rule in rules.items():
        if isinstance(rule, str):
            assert rule in {"done", "todo"}, name
        else:
            assert rule["status"] in {"exempt", "todo"}, name
            assert rule["comment"].strip(), name


def test_claims_of_quality_that_show_in_the_files():
    rules = yaml.safe_load((INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8"))["rules"]
    evidence = {
        "brands": (INTEGRATION / "brand" / "icon.png").is_file(),
        "config-flow": (INTEGRATION / "config_flow.py").is_file(),
        "diagnostics": (INTEGRATION / "diagnostics.py").is_file(),
        "icon-translations": (INTEGRATION / "icons.json").is_file(),
        "action-setup": (INTEGRATION / "services.yaml").is_file(),
    }
    assert {name for name, there in evidence.items() if rules[name] == "done" and not there} == set()
    if evidence["action-setup"]:
        assert rules["action-setup"] != "exempt"
        assert isinstance(rules["action-setup"], str)


def test_no_module_is_long():
    """A file holds one noun: past 500 lines it holds two (300 is the aim, see docs/architecture.md)."""
    long = {path: size for path in modules() if (size := len((INTEGRATION / path).read_text().splitlines())) > 500}
    assert long == {}


@pytest.mark.parametrize(
    "path", [path for path in files() if path.suffix in {".yml", ".yaml"}], ids=lambda path: path.name
)
def test_yaml_can_be_read(path: Path):
    if "blueprints" not in path.parts:  # they use !input
        assert yaml.safe_load(path.read_text(encoding="utf-8")) is not None


def test_pytest_is_not_quiet_by_itself():
    """Quiet twice, there and on the command line, leaves out the closing line that CI reads."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert not {"-q", "--quiet", "-qq"} & set(options["addopts"].split())
