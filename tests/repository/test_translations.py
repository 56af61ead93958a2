"""Whether every text that the code asks for is there, every text is asked for, and the file has hassfest's shape."""

import ast
import importlib
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import homeassistant.helpers.config_validation as cv
import pytest
import voluptuous as vol
import yaml
from homeassistant.const import Platform
from homeassistant.helpers.entity import EntityDescription

from tests.repository import flows
from tests.repository.source import (
    INTEGRATION,
    all_texts,
    calls,
    functions,
    keyword,
    matches,
    modules,
    read_json,
    resolve,
)

LANGUAGES = sorted(path.stem for path in (INTEGRATION / "translations").glob("*.json"))
ENGLISH = read_json(INTEGRATION / "translations" / "en.json")
SERVICES_FILE = INTEGRATION / "services.yaml"
SERVICES: dict[str, Any] = (
    yaml.safe_load(SERVICES_FILE.read_text(encoding="utf-8")) or {} if SERVICES_FILE.is_file() else {}
)

FLOW_SECTIONS = ["config", "options", *(f"config_subentries.{kind}" for kind in sorted(flows.subentry_flows()))]

REASONS_OF_HOME_ASSISTANT = {
    "already_configured",
    "already_in_progress",
    "reconfigure_successful",
    "single_instance_allowed",
    "unique_id_mismatch",
}
"""Home Assistant itself aborts with these."""


def part(*keys: str) -> Any:
    """What stands in en.json below `keys`; dots separate keys too. Nothing there is an empty object."""
    found: Any = ENGLISH
    for key in ".".join(keys).split("."):
        found = found.get(key, {})
    return found


def blanks(text: str) -> set[str]:
    """The placeholders of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def leaves(tree: Any, path: str = "") -> dict[str, str]:
    """Every text of a translations file by its dotted path."""
    if isinstance(tree, str):
        return {path.removeprefix("."): tree}
    return {key: text for name, branch in tree.items() for key, text in leaves(branch, f"{path}.{name}").items()}


# The shape.


def words(value: object) -> str:
    """Accept a text as Home Assistant's translators may be given it."""
    text = cv.string_with_no_html(value)
    if text != text.strip():
        raise vol.Invalid("begins or ends with a space")
    if re.search(r"'{\w+}'", text):
        raise vol.Invalid("a placeholder in single quotes is not filled in")
    if re.search(r"\[%|%\]", text):
        raise vol.Invalid("references do nothing in a custom integration")
    if re.search(r"\b(https?|ftps?|mqtts?|wss?|socket)://[a-z]|\bwww\.", text):
        raise vol.Invalid("an address belongs into a placeholder")
    if not all(name.isidentifier() for name in blanks(text)):
        raise vol.Invalid("a placeholder must be an identifier")
    return text


def plain_words(value: object) -> str:
    """Accept a text that has nothing to fill in."""
    text = words(value)
    if blanks(text):
        raise vol.Invalid("this text is shown as it is: nothing fills its placeholders")
    return text


def slug(value: object) -> str:
    """Accept what may be a translation key."""
    text = str(value)
    if not re.fullmatch(r"(?!.+[_-]{2})(?![_-])[a-z0-9_-]+(?<![_-])", text):
        raise vol.Invalid(f'"{text}" cannot be a translation key')
    return text


def flow(*, subentry: bool = False) -> vol.Schema:
    """The shape of a flow's texts."""
    section = {
        vol.Optional("name"): words,
        vol.Optional("description"): words,
        vol.Optional("data"): {str: words},
        vol.Optional("data_description"): {str: words},
    }
    step = {
        vol.Optional("title"): words,
        vol.Optional("description"): words,
        vol.Optional("data"): {str: words},
        vol.Optional("data_description"): {str: words},
        vol.Optional("menu_options"): {str: words},
        vol.Optional("menu_option_descriptions"): {str: words},
        vol.Optional("submit"): words,
        vol.Optional("sections"): {str: section},
    }
    shape: dict[Any, Any] = {
        vol.Optional("flow_title"): words,
        vol.Required("step"): {slug: step},
        vol.Optional("error"): {slug: words},
        vol.Optional("abort"): {slug: words},
        vol.Optional("progress"): {slug: words},
        vol.Optional("create_entry"): {slug: words},
    }
    if subentry:
        shape |= {
            vol.Required("entry_type"): words,
            vol.Required("initiate_flow"): {vol.Required("user"): words, str: words},
        }
    return vol.Schema(shape)


STATES = {slug: plain_words}
FIELDS = {slug: {vol.Required("name"): words, vol.Required("description"): words, vol.Optional("example"): words}}
NAMED = {vol.Required("name"): words, vol.Required("description"): words, vol.Optional("fields"): FIELDS}
ENTITY = {
    vol.Optional("name"): words,
    vol.Optional("state"): STATES,
    vol.Optional("state_attributes"): {slug: {vol.Optional("name"): plain_words, vol.Optional("state"): STATES}},
    vol.Optional("unit_of_measurement"): plain_words,
}
SHAPE = vol.Schema(
    {
        vol.Optional("title"): words,
        vol.Optional("common"): {slug: words},
        vol.Optional("conditions"): {slug: NAMED},
        vol.Optional("config"): flow(),
        vol.Optional("config_subentries"): {slug: flow(subentry=True)},
        vol.Optional("device"): {slug: {vol.Optional("name"): words}},
        vol.Optional("entity"): {vol.In([platform.value for platform in Platform]): {slug: ENTITY}},
        vol.Optional("exceptions"): {slug: {vol.Required("message"): words}},
        vol.Optional("issues"): {
            slug: vol.Any(
                {vol.Required("title"): words, vol.Required("description"): words},
                {vol.Required("title"): words, vol.Required("fix_flow"): flow()},
            )
        },
        vol.Optional("options"): flow(),
        vol.Optional("selector"): {
            slug: {
                vol.Optional("choices"): {slug: words},
                vol.Optional("fields"): {slug: {vol.Required("name"): words, vol.Required("description"): words}},
                vol.Optional("options"): {slug: words},
                vol.Optional("unit_of_measurement"): {slug: words},
            }
        },
        vol.Optional("services"): {
            slug: {
                **NAMED,
                vol.Optional("sections"): {slug: {vol.Required("name"): words, vol.Optional("description"): words}},
            }
        },
        vol.Optional("system_health"): {vol.Optional("info"): {slug: words}},
        vol.Optional("triggers"): {slug: NAMED},
    }
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_has_the_shape_that_home_assistant_reads(language: str):
    SHAPE(read_json(INTEGRATION / "translations" / f"{language}.json"))


def test_there_is_no_file_that_only_core_reads():
    assert not (INTEGRATION / "strings.json").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_differ_in_words_only(language: str):
    english, other = leaves(ENGLISH), leaves(read_json(INTEGRATION / "translations" / f"{language}.json"))
    assert other.keys() == english.keys()
    assert [path for path in english if blanks(english[path]) != blanks(other[path])] == []


def fields_of(step: dict[str, Any]) -> set[str]:
    """The names of all that a form may ask for, its sections included."""
    sections = step.get("sections", {})
    return {*step.get("data", {}), *sections, *(field for inner in sections.values() for field in inner["data"])}


def test_every_described_field_is_a_field():
    for section in FLOW_SECTIONS:
        for step_id, step in part(section, "step").items():
            for fields in (step, *step.get("sections", {}).values()):
                described, asked = fields.get("data_description", {}).keys(), fields.get("data", {}).keys()
                assert described <= asked, f"{section}.step.{step_id}"


# Flows: what is shown has its text.


def test_every_flow_is_understood():
    silent = [f"{item.path}:{item.call.lineno}" for item in flows.shown() if not item.keys]
    assert silent == [], "this judge cannot tell which step or reason is shown here: give a literal"


def test_every_form_has_its_texts():
    missing = []
    for form in flows.shown():
        if form.kind != "form" or form.section == "issues":
            continue
        for step_id in form.keys:
            step = part(form.section, "step", step_id)
            if "title" not in step:
                missing.append(f"{form.section}.step.{step_id}.title")
            if keyword(form.call, "description_placeholders") is not None and "description" not in step:
                missing.append(f"{form.section}.step.{step_id}.description")
            missing += [
                f"{form.section}.step.{step_id}.data.{field}"
                for field in sorted(flows.form_fields(form))
                if not any(matches(key, {field}) for key in fields_of(step))
            ]
    assert missing == []


def test_every_menu_has_its_texts():
    missing = []
    for menu in flows.shown():
        if menu.kind != "menu" or menu.section == "issues":
            continue
        for step_id in menu.keys:
            step = part(menu.section, "step", step_id)
            if "title" not in step:
                missing.append(f"{menu.section}.step.{step_id}.title")
            if (
                "menu_option_descriptions" in step
                and step["menu_option_descriptions"].keys() != step["menu_options"].keys()
            ):
                missing.append(f"{menu.section}.step.{step_id}.menu_option_descriptions: all or none")
            missing += [
                f"{menu.section}.step.{step_id}.menu_options.{option}"
                for option in sorted(flows.menu_options(menu) - step.get("menu_options", {}).keys())
            ]
    assert missing == []


def test_every_progress_has_its_text():
    missing = [
        f"{item.section}.progress.{action}"
        for item in flows.shown()
        if item.kind == "progress"
        for action in resolve(keyword(item.call, "progress_action"), item.within)
        if action not in part(item.section, "progress")
    ]
    assert missing == []


def test_every_abort_has_its_text():
    missing = [
        f"{item.section}.abort.{reason}"
        for item in flows.shown()
        if item.kind == "abort" and item.section != "issues"
        for reason in item.keys
        if not any(matches(key, {reason}) for key in part(item.section, "abort"))
    ]
    assert missing == []


def test_every_placeholder_of_a_step_is_filled():
    filled: dict[tuple[str, str], set[str]] = {}
    for item in flows.shown():
        for key in item.keys if item.kind != "abort" else ():
            filled.setdefault((item.section, key), set()).update(flows.placeholders(item))
    unfilled = [
        f"{section}.step.{step_id}: {{{blank}}}"
        for (section, step_id), given in filled.items()
        if section != "issues"
        for blank in sorted(set().union(*map(blanks, leaves(part(section, "step", step_id)).values())) - given)
    ]
    assert unfilled == []


def test_every_error_has_its_text():
    known = {key for section in FLOW_SECTIONS for key in part(section, "error")}
    missing = []
    for path, keys in flows.error_keys().items():
        sections = set().union(*(flows.sections(name) for name, (where, _) in flows.classes().items() if where == path))
        for key in sorted(keys):
            if key not in known:
                missing.append(f"error.{key} ({path})")
            missing += [
                f"{section}.error.{key} ({path})"
                for section in sorted(sections - {"issues"})
                if key in known and key not in part(section, "error")
            ]
    assert missing == []


@pytest.mark.parametrize("section", FLOW_SECTIONS)
def test_no_text_of_a_flow_is_idle(section: str):
    idle = []
    shown = {key for item in flows.shown() if item.section == section for key in item.keys}
    for step_id, step in part(section, "step").items():
        if not matches(step_id, shown):
            idle.append(f"{section}.step.{step_id}")
        fields = {*fields_of(step), *step.get("menu_options", {})}
        idle += [f"{section}.step.{step_id}: {field}" for field in sorted(fields) if not matches(field, all_texts())]
    for kind in ("error", "abort", "progress"):
        spoken = all_texts() | (REASONS_OF_HOME_ASSISTANT if kind == "abort" else set())
        idle += [f"{section}.{kind}.{key}" for key in part(section, kind) if not matches(key, spoken)]
    assert idle == []


# Entities.


def entity_keys() -> dict[str, set[str]]:
    """The translation keys of entities, by platform: those of descriptions and of `_attr_translation_key`."""
    found: dict[str, set[str]] = {}
    for path, tree in modules().items():
        platform = path.removesuffix(".py").split("/")[0]
        if platform not in {platform.value for platform in Platform}:
            continue
        keys = found.setdefault(platform, set())
        for function in [None, *functions(tree)]:
            for name, call in calls(function or tree):
                if name.endswith("Description"):
                    keys |= resolve(keyword(call, "translation_key"), function)
        for node in ast.walk(tree):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id="_attr_translation_key") | ast.Attribute(attr="_attr_translation_key")]
                ):
                    keys |= resolve(node.value)
                case ast.AnnAssign(target=ast.Name(id="_attr_translation_key")):
                    keys |= resolve(node.value)
    return found


def test_every_entity_has_its_name():
    missing = [
        f"entity.{platform}.{key}.name"
        for platform, keys in entity_keys().items()
        for key in sorted(keys)
        if not any(
            matches(name, {key}) and "name" in part("entity", platform, name) for name in part("entity", platform)
        )
    ]
    assert missing == []


def enumerations() -> Iterator[tuple[str, EntityDescription, list[str]]]:
    """Every description that stands in a platform's module and lists its states."""
    for path in modules():
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        platform = name.split(".")[0]
        if platform in {platform.value for platform in Platform}:
            for value in vars(importlib.import_module(f"custom_components.smart_charging.{name}")).values():
                for description in value if isinstance(value, tuple) else (value,):
                    if isinstance(description, EntityDescription) and (
                        options := getattr(description, "options", None)
                    ):
                        yield platform, description, options


def test_every_state_has_its_words():
    missing = [
        f"entity.{platform}.{description.translation_key}.state.{state}"
        for platform, description, options in enumerations()
        for state in options
        if state not in part("entity", platform, str(description.translation_key), "state")
    ]
    assert missing == []


def test_no_text_of_an_entity_is_idle():
    idle = [
        f"entity.{platform}.{key}"
        for platform, texts in part("entity").items()
        for key in texts
        if not matches(key, entity_keys().get(platform, set()))
    ]
    assert idle == []


# Exceptions, issues, selectors, actions.


def raised_keys() -> set[str]:
    """The translation keys of exceptions."""
    return {
        key
        for tree in modules().values()
        for function in functions(tree)
        for name, call in calls(function)
        if keyword(call, "translation_domain") is not None and "issue" not in name
        for key in resolve(keyword(call, "translation_key"), function)
    }


def issue_keys() -> set[str]:
    """The translation keys of repair issues."""
    return {
        key
        for tree in modules().values()
        for function in functions(tree)
        for name, call in calls(function)
        if name in {"async_create_issue", "create_issue"}
        for key in resolve(keyword(call, "translation_key"), function)
    }


def test_every_exception_has_its_message():
    assert {key for key in raised_keys() if not any(matches(name, {key}) for name in part("exceptions"))} == set()


def test_every_rule_of_a_configuration_has_its_message():
    """What is stored is judged again at set-up, where a broken rule is an exception (config.ConfigError)."""
    judges = [keys for path, keys in flows.error_keys().items() if path.startswith("configuration/rules/")]
    rules = set().union(*judges)
    assert judges
    assert sorted(rules - part("exceptions").keys()) == []


def test_every_issue_has_its_texts():
    assert {key for key in issue_keys() if not any(matches(name, {key}) for name in part("issues"))} == set()


@pytest.mark.parametrize("kind", ["exceptions", "issues"])
def test_no_exception_and_no_issue_is_idle(kind: str):
    assert [key for key in part(kind) if not matches(key, all_texts())] == []


def selectors() -> dict[str, set[str]]:
    """Each selector's translation key with its options, as far as they are literal."""
    found: dict[str, set[str]] = {}
    for tree in modules().values():
        for function in [None, *functions(tree)]:
            for name, call in calls(function or tree):
                if name.endswith("SelectorConfig"):
                    for key in resolve(keyword(call, "translation_key"), function):
                        found.setdefault(key, set()).update(resolve(keyword(call, "options"), function))
    for action in SERVICES.values():
        for field in (action or {}).get("fields", {}).values():
            select = (field.get("selector") or {}).get("select") or {}
            if "translation_key" in select:
                found.setdefault(select["translation_key"], set()).update(select["options"])
    return found


def test_every_selector_has_its_texts():
    missing = [
        f"selector.{key}.options.{option}"
        for key, options in selectors().items()
        for option in sorted(options or {"…"})
        if option not in part("selector", key, "options") and not (option == "…" and part("selector", key, "options"))
    ]
    assert missing == []


def test_no_selector_is_idle():
    """A text may also be fetched by code, as the label of an option that is made on the spot."""
    assert [key for key in part("selector") if key not in selectors() and not matches(key, all_texts())] == []


def test_actions_are_described():
    """services.yaml, the texts and the code name the same actions, with the same fields."""
    assert part("services").keys() == SERVICES.keys()
    for name, action in SERVICES.items():
        assert part("services", name, "fields").keys() == (action or {}).get("fields", {}).keys(), name
        assert name in all_texts(), f"no code registers the action {name}"


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_triggers_and_conditions_are_described(kind: str):
    file = INTEGRATION / f"{kind}.yaml"
    described = {
        key: value
        for key, value in (yaml.safe_load(file.read_text()) if file.is_file() else {}).items()
        if key[0] != "."
    }
    assert part(kind).keys() == described.keys()
    for name, fields in described.items():
        assert part(kind, name, "fields").keys() == (fields or {}).get("fields", {}).keys(), name
