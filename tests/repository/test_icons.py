"""icons.json: hassfest's shape, and an icon for every entity that no device class gives one."""

import ast
import re
from typing import Any

import pytest
import voluptuous as vol
import yaml
from homeassistant.const import Platform

from tests.repository.source import INTEGRATION, Function, calls, functions, keyword, modules, read_json, resolve

ICONS = read_json(INTEGRATION / "icons.json")
PLATFORMS = {platform.value for platform in Platform}


def icon(value: object) -> str:
    """Accept the name of an icon of Material Design."""
    text = str(value)
    if not re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", text):
        raise vol.Invalid(f"{text} names no icon")
    return text


STATES = vol.All({str: icon}, vol.Length(min=1))
ENTITY = {
    vol.Required("default"): icon,
    vol.Optional("state"): STATES,
    vol.Optional("range"): {str: icon},
    vol.Optional("state_attributes"): {str: {vol.Required("default"): icon, vol.Optional("state"): STATES}},
}
SHAPE = vol.Schema(
    {
        vol.Optional("entity"): {vol.In(PLATFORMS): {str: ENTITY}},
        vol.Optional("services"): {str: {vol.Required("service"): icon, vol.Optional("sections"): {str: icon}}},
        vol.Optional("triggers"): {str: {vol.Required("trigger"): icon}},
        vol.Optional("conditions"): {str: {vol.Required("condition"): icon}},
    }
)


def test_the_file_has_the_shape_that_home_assistant_reads():
    SHAPE(ICONS)


def test_a_states_icon_differs_from_the_default():
    """hassfest refuses what says nothing."""
    same = [
        f"{platform}.{key}.{state}"
        for platform, entities in ICONS.get("entity", {}).items()
        for key, entity in entities.items()
        for state, name in entity.get("state", {}).items()
        if name == entity["default"]
    ]
    assert same == []


def descriptions() -> dict[tuple[str, str], list[ast.Call]]:
    """Every entity description with a translation key, by platform and key."""
    found: dict[tuple[str, str], list[ast.Call]] = {}
    for path, tree in modules().items():
        platform = path.removesuffix(".py").split("/")[0]
        if platform not in PLATFORMS:
            continue
        scopes: list[Function | None] = [None, *functions(tree)]
        for function in scopes:
            for name, call in calls(function or tree):
                if name.endswith("Description"):
                    for key in resolve(keyword(call, "translation_key"), function):
                        found.setdefault((platform, key), []).append(call)
    return found


def test_every_entity_has_an_icon_or_a_device_class():
    def has_class(call: ast.Call) -> bool:
        given: Any = keyword(call, "device_class")
        # An enumeration has a device class, and no icon of its own.
        return given is not None and not (isinstance(given, ast.Attribute) and given.attr == "ENUM")

    bare = [
        f"entity.{platform}.{key}"
        for (platform, key), made in descriptions().items()
        if not all(map(has_class, made)) and "*" not in key and key not in ICONS.get("entity", {}).get(platform, {})
    ]
    assert bare == []


def test_no_icon_is_idle():
    known = descriptions().keys()
    idle = [
        f"entity.{platform}.{key}"
        for platform, entities in ICONS.get("entity", {}).items()
        for key in entities
        if (platform, key) not in known
    ]
    assert idle == []


@pytest.mark.parametrize("kind", ["services", "triggers", "conditions"])
def test_actions_triggers_and_conditions_have_icons(kind: str):
    file = INTEGRATION / f"{kind}.yaml"
    named = [key for key in (yaml.safe_load(file.read_text()) if file.is_file() else {}) if key[0] != "."]
    assert [*ICONS.get(kind, {})] == named
