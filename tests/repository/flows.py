"""Which part of the translations each flow class speaks through, and what it shows."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.repository.source import Function, calls, functions, keyword, modules, reach, resolve, texts

SECTION_OF = {
    "ConfigFlow": "config",
    "OptionsFlow": "options",
    "OptionsFlowWithReload": "options",
    "ConfigSubentryFlow": "config_subentries",
    "RepairsFlow": "issues",
    "ConfirmRepairFlow": "issues",
}

ABORTS_OF_HOME_ASSISTANT = {
    "_abort_if_unique_id_configured": "already_configured",
    "_async_abort_entries_match": "already_configured",
    "_abort_if_unique_id_mismatch": "unique_id_mismatch",
    "async_update_and_abort": "reconfigure_successful",
    "async_update_reload_and_abort": "reconfigure_successful",
}
"""Which reason these methods give when they are not told one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One call that shows something, in one section: `kind` is the method's last word, form, menu, progress, abort."""

    section: str
    kind: str
    keys: frozenset[str]
    """Step ids; of an abort its reasons."""
    call: ast.Call
    within: Function
    path: str


@cache
def classes() -> dict[str, tuple[str, ast.ClassDef]]:
    """Every class of the integration: its module and its tree."""
    return {
        node.name: (path, node)
        for path, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def _bases(name: str) -> set[str]:
    """All that a class is, its own name included; a base that is not ours ends the search."""
    if name not in classes():
        return {name}
    names = {name}
    for base in classes()[name][1].bases:
        base_name = base.value if isinstance(base, ast.Subscript) else base
        match base_name:
            case ast.Name(id=found) | ast.Attribute(attr=found):
                names |= _bases(found)
    return names


@cache
def sections(name: str) -> frozenset[str]:
    """The sections that a class speaks through: of its own bases, and of whatever inherits from it."""
    families = [_bases(other) for other in classes() if name in _bases(other)]
    roots = {SECTION_OF[base] for family in families for base in family if base in SECTION_OF}
    kinds = {kind for kind, flow in subentry_flows().items() if name in _bases(flow)}
    return frozenset(roots - {"config_subentries"} | {f"config_subentries.{kind}" for kind in kinds})


@cache
def subentry_flows() -> dict[str, str]:
    """What `async_get_supported_subentry_types` offers: the flow's class by the subentry's type."""
    return {
        text: flow.id
        for tree in modules().values()
        for function in functions(tree)
        if function.name == "async_get_supported_subentry_types"
        for node in ast.walk(function)
        if isinstance(node, ast.Dict)
        for key, flow in zip(node.keys, node.values, strict=True)
        for text in texts(key)
        if isinstance(flow, ast.Name)
    }


@cache
def shown() -> tuple[Shown, ...]:
    """Everything that flows show, once for each section that it is shown in."""
    return tuple(
        Shown(section=section, kind=kind, keys=frozenset(keys), call=call, within=method, path=path)
        for name, (path, tree) in classes().items()
        for section in sections(name)
        for method in functions(tree)
        for kind, keys, call in _shown_by(method)
    )


def _shown_by(method: Function) -> Iterator[tuple[str, set[str], ast.Call]]:
    for name, call in calls(method):
        match name:
            case "async_show_form" | "async_show_menu" | "async_show_progress":
                step = keyword(call, "step_id", 0)
                own = {method.name.removeprefix("async_step_")} if step is None else set()
                yield name.removeprefix("async_show_"), own or resolve(step, method), call
            case "async_abort" | "AbortFlow":
                yield "abort", resolve(keyword(call, "reason", 0), method), call
            case _ if name in ABORTS_OF_HOME_ASSISTANT:
                yield "abort", resolve(keyword(call, "reason"), method) or {ABORTS_OF_HOME_ASSISTANT[name]}, call


def form_fields(form: Shown) -> set[str]:
    """The fields of a form, as far as its schema can be followed through our own names."""
    schema = keyword(form.call, "data_schema", 1)
    if isinstance(schema, ast.Call) and isinstance(schema.func, ast.Attribute) and schema.args:
        schema = schema.args[0]  # self.add_suggested_values_to_schema(schema, values)
    return {
        text
        for node in (reach(schema, form.within) if schema is not None else ())
        if isinstance(node, ast.Call)
        for name, call in [next(calls(node), ("", node))]
        if name in {"Required", "Optional", "Inclusive", "Exclusive"}
        for text in texts(call.args[0])
    }


def placeholders(item: Shown) -> set[str]:
    """What `description_placeholders` fills in, as far as it can be followed."""
    given = keyword(item.call, "description_placeholders")
    return {
        text
        for node in (reach(given, item.within) if given is not None else ())
        if isinstance(node, ast.Dict)
        for key in node.keys
        for text in texts(key)
    }


def menu_options(menu: Shown) -> set[str]:
    """The ways on that a menu offers."""
    options = keyword(menu.call, "menu_options", 1)
    found = resolve(options, menu.within)
    for node in ast.walk(options) if options is not None else ():
        if isinstance(node, ast.Starred):
            found |= resolve(node.value, menu.within)
        if isinstance(node, ast.Dict):
            found |= {text for key in node.keys for text in texts(key)}
    return found


@cache
def error_keys() -> dict[str, frozenset[str]]:
    """The error keys of forms, by module: what fills something called `errors`, and what judges return."""
    found: dict[str, set[str]] = {}
    for path, tree in modules().items():
        if not path.startswith(("flows/", "config")):
            continue
        keys = found.setdefault(path, set())
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[target], value=value) if _is_errors(target):
                    keys |= _leaves(value)
                case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_errors(target):
                    keys |= _leaves(value)
                case ast.keyword(arg="errors", value=value):
                    keys |= _leaves(value)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if _judges(name):
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Return) and inner.value is not None:
                            keys |= _leaves(inner.value)
    return {path: frozenset(keys) for path, keys in found.items()}


def _is_errors(target: ast.expr) -> bool:
    match target:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return name.lower().strip("_") == "errors"
    return False


def _judges(name: str) -> bool:
    return any(word in name for word in ("error", "judge", "validate"))


def _leaves(node: ast.expr) -> set[str]:
    """The strings at the ends of an expression: of a mapping its values, at any depth."""
    match node:
        case ast.Dict(values=values):
            return set().union(*map(_leaves, values))
        case ast.DictComp():
            return set()
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            return _leaves(default)
    return {text for text in texts(node) if text.replace("_", "").isalnum() and text.islower()}
