"""What hassfest asks of the manifest, as far as it can be checked without it."""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlparse

import pytest
from awesomeversion import AwesomeVersion
from homeassistant import loader
from homeassistant.const import Platform
from packaging.requirements import Requirement

from tests.repository.source import INTEGRATION, ROOT, functions, modules, read_json

MANIFEST = read_json(INTEGRATION / "manifest.json")

COMPONENTS = Path(loader.__file__).parent / "components"

ALLOWED_KEYS = {*loader.Manifest.__annotations__, "categories"} - {"is_built_in", "overwrites_built_in"}
"""`categories` came with 2026.11; older ones ignore it."""

REQUIRED_KEYS = {
    "domain",
    "name",
    "codeowners",
    "config_flow",
    "documentation",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "requirements",
    "version",
}

FREE_COMPONENTS = {platform.value for platform in Platform} | {
    "automation",
    "frontend",
    "homeassistant",
    "persistent_notification",
    "script",
    "system_health",
    "webhook",
    "websocket_api",
    "zone",
}
"""What may be imported without being named: hassfest knows them to be there, or to be only base classes."""

PINNED_BY_HOME_ASSISTANT = {"aiohttp", "numpy", "pydantic", "pymodbus", "websockets"}


def imported_names(tree: ast.Module) -> list[str]:
    """Every absolute import as a dotted name, those for type checking included."""
    names = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names += [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                names += [f"{module}.{alias.name}" for alias in aliases]
    return names


IMPORTS = {path: imported_names(tree) for path, tree in modules().items()}


def test_keys_are_known_and_complete():
    assert set(MANIFEST) <= ALLOWED_KEYS
    assert set(MANIFEST) >= REQUIRED_KEYS


def test_keys_are_in_order():
    assert list(MANIFEST) == ["domain", "name", *sorted(set(MANIFEST) - {"domain", "name"})]


def test_values():
    assert MANIFEST["domain"] == INTEGRATION.name
    assert MANIFEST["config_flow"] is (INTEGRATION / "config_flow.py").is_file()
    assert MANIFEST["integration_type"] in {"device", "entity", "hardware", "helper", "hub", "service", "system"}
    assert re.fullmatch(r"(local|cloud)_(polling|push)|calculated|assumed_state", MANIFEST["iot_class"])
    assert all(re.fullmatch(r"@[\w-]+(/[\w-]+)?", owner) for owner in MANIFEST["codeowners"])
    for key in ("documentation", "issue_tracker"):
        assert urlparse(MANIFEST[key]).scheme == "https"
    assert AwesomeVersion(MANIFEST["version"]).valid


def test_the_name_is_no_built_in_integrations():
    assert not (COMPONENTS / MANIFEST["domain"]).exists()


def test_one_version_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == MANIFEST["version"]
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert next(version for version in versions if version != "Unreleased") == MANIFEST["version"]


def test_dependencies_exist_and_are_named_once():
    hard, soft = MANIFEST.get("dependencies", []), MANIFEST.get("after_dependencies", [])
    assert [*hard] == sorted(set(hard))
    assert [*soft] == sorted(set(soft))
    assert not set(hard) & set(soft)
    assert "frontend" not in hard  # the test harness has no frontend; guard it where it is used
    assert [name for name in (*hard, *soft) if not (COMPONENTS / name).is_dir()] == []


@pytest.mark.parametrize("path", IMPORTS)
def test_imported_components_are_dependencies(path: str):
    used = {name.split(".")[2] for name in IMPORTS[path] if name.startswith("homeassistant.components.")}
    named = {*MANIFEST.get("dependencies", []), *MANIFEST.get("after_dependencies", []), *FREE_COMPONENTS}
    # A file called like a component is that component's platform, and may import it.
    unnamed = {name for name in used - named if not (INTEGRATION / f"{name}.py").is_file()}
    assert unnamed == set(), f"{path} imports components that the manifest does not name as (after_)dependencies"


def test_dependencies_are_used():
    used = {
        name.split(".")[2]
        for names in IMPORTS.values()
        for name in names
        if name.startswith("homeassistant.components.")
    }
    idle = {*MANIFEST.get("dependencies", []), *MANIFEST.get("after_dependencies", [])} - used
    assert idle == set(), "named as dependencies, and imported nowhere"


ALWAYS_THERE = {"cryptography", "orjson"}
"""What Home Assistant itself cannot do without, so that no version of it can be in the way."""

CORE_BRINGS = {
    "homeassistant",
    "voluptuous",
    "probatio",
    "aiohttp",
    "bcrypt",
    "yaml",
    "yarl",
    "attr",
    "propcache",
    "orjson",
    "slugify",
}

COMPONENTS_BRING = {"modbus": {"modbus_connection"}}
"""What other components that the manifest depends on require themselves, and have us speak to them with."""

OPTIONAL = {"highspy", "numpy"}
"""What is installed while the integration runs, where that can be done: without it plans are made all the same."""


@pytest.mark.parametrize("path", IMPORTS)
def test_third_party_imports_are_required(path: str):
    required = {Requirement(line).name.replace("-", "_") for line in MANIFEST["requirements"]}
    used = {name.split(".")[0] for name in IMPORTS[path]} - sys.stdlib_module_names
    if path.startswith("csms/"):
        allowed = required | ALWAYS_THERE
    elif path.startswith("engine/planning/"):
        allowed = OPTIONAL
    elif path.startswith("engine/"):
        allowed = set()
    else:
        brought = [COMPONENTS_BRING.get(name, set()) for name in MANIFEST["dependencies"]]
        allowed = required.union(CORE_BRINGS, *brought)
    assert used - allowed == set(), f"{path} imports what it may not, or what manifest.json does not require"


@pytest.mark.parametrize("path", modules())
def test_imports_within_the_integration_are_relative(path: str):
    assert [name for name in IMPORTS[path] if name.startswith("custom_components")] == []


def test_requirements_are_used_and_are_ranges_where_home_assistant_pins():
    used = {name.split(".")[0] for names in IMPORTS.values() for name in names}
    for line in MANIFEST["requirements"]:
        requirement = Requirement(line)
        assert requirement.name.replace("-", "_") in used, f"{line} is required and imported nowhere"
        if requirement.name in PINNED_BY_HOME_ASSISTANT:
            assert all(specifier.operator != "==" for specifier in requirement.specifier)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for group in ("test", "demo"):
        assert set(MANIFEST["requirements"]) <= set(project["dependency-groups"][group])


def test_no_folder_is_taken_for_a_platform_that_is_none():
    folders = {path.name for path in INTEGRATION.iterdir() if path.is_dir() and (path / "__init__.py").is_file()}
    taken = {name for name in folders if (COMPONENTS / name).is_dir()}
    platforms = {
        name
        for name in taken
        if "async_setup_entry" in {function.name for function in functions(modules()[f"{name}/__init__.py"])}
    }
    assert taken == platforms


def test_discovery_has_its_steps():
    methods = {
        node.name for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)
    }
    for key in ("bluetooth", "dhcp", "homekit", "mqtt", "ssdp", "usb", "zeroconf"):
        if key in MANIFEST:
            assert f"async_step_{key}" in methods


def test_the_file_is_written_as_json_is():
    text = (INTEGRATION / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(text)
    assert text.endswith("}\n")
