"""The integration's source as trees, and what can be read off them without running anything."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
INTEGRATION = ROOT / "custom_components" / "smart_charging"

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file whose top is an object, with its keys in the order of the file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the integration, by its path inside it."""
    return {
        path.relative_to(INTEGRATION).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(INTEGRATION.rglob("*.py"))
    }


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call in `tree`, with the last part of the name that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node


def keyword(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument called `name`, or at `position` when it is not named."""
    for argument in call.keywords:
        if argument.arg == name:
            return argument.value
    return call.args[position] if position is not None and position < len(call.args) else None


@cache
def _constants() -> dict[str, str]:
    """Module-level names that stand for a string; a name of two meanings stands for none."""
    found: dict[str, set[str]] = {}
    for tree in modules().values():
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    found.setdefault(name, set()).add(text)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text))):
                    found.setdefault(name, set()).add(text)
    own = {name: texts.pop() for name, texts in found.items() if len(texts) == 1}
    return {"CONF_NAME": "name"} | own


def texts(node: ast.AST | None) -> set[str]:
    """What strings an expression can be, as far as it shows; of an f-string a pattern such as `reason_*`."""
    found: set[str] = set()
    match node:
        case ast.Constant(value=str(text)):
            found = {text}
        case ast.Name(id=name) if name in _constants():
            found = {_constants()[name]}
        case ast.IfExp(body=body, orelse=other):
            found = texts(body) | texts(other)
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            found = set().union(*map(texts, parts))
        case ast.Starred(value=inner) | ast.Await(value=inner) | ast.NamedExpr(value=inner):
            found = texts(inner)
        case ast.JoinedStr(values=parts):
            pattern = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
            found = {pattern} if pattern.strip("*") else set()
    return found


def outcomes(node: ast.AST | None) -> set[str]:
    """As texts(), and what our own functions return, and what is looked up in our own mappings."""
    found = texts(node)
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=mapping), attr="get"), args=arguments):
            found |= _values(mapping) | set().union(*map(texts, arguments[1:]))
        case ast.Subscript(value=ast.Name(id=mapping)):
            found |= _values(mapping)
        case ast.Call(func=ast.Name(id=name)):
            for function in definitions().get(name, ()):
                for inner in ast.walk(function):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        found |= outcomes(inner.value)
        case ast.IfExp(body=body, orelse=other):
            found |= outcomes(body) | outcomes(other)
    return found


def _values(mapping: str) -> set[str]:
    return {
        text
        for definition in definitions().get(mapping, ())
        for node in ast.walk(definition)
        if isinstance(node, ast.Dict)
        for value in node.values
        for text in texts(value)
    }


def matches(text: str, patterns: Iterable[str]) -> bool:
    """Whether `text` is one of `patterns`, where `*` stands for anything."""
    return any(re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), text) for pattern in patterns)


@cache
def all_texts() -> frozenset[str]:
    """Every string and f-string in the integration, docstrings left out."""
    found: set[str] = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found |= {text for text in texts(node) if " " not in text}
    return frozenset(found)


@cache
def definitions() -> dict[str, list[ast.AST]]:
    """What a name may stand for: module-level assignments, functions and methods of that name, anywhere.

    But not in csms/: what is shown comes from elsewhere, and its methods have the names of everything.
    """
    found: dict[str, list[ast.AST]] = {}
    for tree in (tree for path, tree in modules().items() if not path.startswith("csms/")):
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.setdefault(name, []).append(node)
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found.setdefault(name, []).append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found.setdefault(name, []).append(value)
    return found


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function in `tree`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def reach(expression: ast.AST, within: Function | None = None, seen: set[str] | None = None) -> Iterator[ast.AST]:
    """Every node of an expression and of what its names stand for: locals of `within`, else something of ours.

    Of a function of ours that is what it returns.
    """
    seen = set() if seen is None else seen
    for node in ast.walk(expression):
        yield node
        match node:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name) if name not in seen:
                seen.add(name)
                if local := [*_locals(within, name)]:
                    for value in local:
                        yield from reach(value, within, seen)
                    continue
                for target in definitions().get(name, ()):
                    if isinstance(target, ast.FunctionDef | ast.AsyncFunctionDef):
                        for inner in ast.walk(target):
                            if isinstance(inner, ast.Return) and inner.value is not None:
                                yield from reach(inner.value, target, seen)
                    else:
                        yield from reach(target, None, seen)


def _locals(within: Function | None, name: str) -> Iterator[ast.AST]:
    """What the local `name` is assigned in `within`; of `name[key] = value` the key too."""
    for node in ast.walk(within) if within else ():
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name) and target.id == name:
                        yield value
                    if (
                        isinstance(target, ast.Subscript)
                        and isinstance(target.value, ast.Name)
                        and target.value.id == name
                    ):
                        yield target.slice
                        yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield value


def resolve(node: ast.AST | None, within: Function | None = None) -> set[str]:
    """As outcomes(); a local name is what it is assigned, a parameter is what the function's callers pass."""
    found = outcomes(node)
    if isinstance(node, ast.Name) and within is not None:
        for value in _locals(within, node.id):
            found |= outcomes(value)
        for caller, argument in _arguments(within, node.id):
            found |= outcomes(argument)
            if isinstance(argument, ast.Name) and caller is not within:
                found |= set().union(*(outcomes(value) for value in _locals(caller, argument.id)), set())
    return found


def _holds(tree: ast.AST, function: Function) -> bool:
    return any(other.name == function.name and other.lineno == function.lineno for other in functions(tree))


def _arguments(function: Function, parameter: str) -> Iterator[tuple[Function, ast.expr]]:
    names = [argument.arg for argument in function.args.args if argument.arg not in {"self", "cls"}]
    known = {*names, *(argument.arg for argument in function.args.kwonlyargs)}
    if parameter not in known:
        return
    position = names.index(parameter) if parameter in names else None
    for tree in modules().values():
        # What begins with an underscore is another function in another module.
        if function.name.startswith("_") and not _holds(tree, function):
            continue
        for caller in functions(tree):
            for name, call in calls(caller):
                if name == function.name and (argument := keyword(call, parameter, position)) is not None:
                    yield caller, argument
