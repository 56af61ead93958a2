"""Replay: the engine's nouns as JSON and back, so that a tick in a bug report runs again as a test."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeAliasType, get_args, get_origin, get_type_hints

type Json = bool | float | str | list[Json] | dict[str, Json] | None


class ReplayError(ValueError):
    """The JSON does not describe the noun that is asked for; the message names the place."""


def to_json(value: object) -> Json:
    """Turn a noun of the engine (or a container of them) into plain JSON; times are ISO 8601, sets are sorted lists.

    A number that is not finite becomes its name ("nan", "inf", "-inf"): JSON has none, and readings may be such.

    Raises:
        TypeError: the value is none of the engine's.

    """
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((to_json(item) for item in value), key=str)
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    return _plain_to_json(value)


def _plain_to_json(value: object) -> Json:
    match value:
        case date() | time():
            return value.isoformat()
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(f"{type(value).__name__} is none of the engine's nouns")


def from_json[T](noun: type[T], data: Json) -> T:
    """Make a noun of the engine from what `to_json` wrote. Unknown keys are ignored, missing ones take their default.

    Raises:
        ReplayError: the data does not fit.

    """
    made = _read(noun, data, noun.__name__)
    assert isinstance(made, noun)  # noqa: S101 _read gives what it is asked for
    return made


def _read(wanted: Any, data: Json, place: str) -> object:
    """Read `data` as the annotated type `wanted`."""
    if isinstance(wanted, TypeAliasType):
        return _read(wanted.__value__, data, place)
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is UnionType or isinstance(wanted, UnionType):
        return _read_union(arguments, data, place)
    if origin is not None:
        return _read_container(origin, arguments, data, place)
    if is_dataclass(wanted):
        return _read_noun(wanted, data, place)
    return _read_plain(wanted, data, place)


def _read_union(choices: tuple[Any, ...], data: Json, place: str) -> object:
    if data is None and NoneType in choices:
        return None
    for choice in choices:
        try:
            return _read(choice, data, place)
        except ReplayError:
            continue
    raise ReplayError(f"{place}: {data!r} does not fit")


def _read_container(origin: Any, arguments: tuple[Any, ...], data: Json, place: str) -> object:
    if issubclass(origin, Mapping):
        if not isinstance(data, dict):
            raise ReplayError(f"{place}: not an object")
        key, item = arguments
        return {_read(key, name, place): _read(item, value, f"{place}.{name}") for name, value in data.items()}
    if not isinstance(data, list):
        raise ReplayError(f"{place}: not a list")
    items = (_read(arguments[0], value, f"{place}[{number}]") for number, value in enumerate(data))
    return frozenset(items) if issubclass(origin, frozenset) else tuple(items)


def _read_noun(noun: Any, data: Json, place: str) -> object:
    if not isinstance(data, dict):
        raise ReplayError(f"{place}: not an object")
    hints = get_type_hints(noun)
    known = {
        field.name: _read(hints[field.name], data[field.name], f"{place}.{field.name}")
        for field in fields(noun)
        if field.name in data
    }
    try:
        return noun(**known)
    except TypeError as error:
        raise ReplayError(f"{place}: {error}") from None


def _read_plain(wanted: Any, data: Json, place: str) -> object:
    try:
        if wanted is float and not isinstance(data, bool) and isinstance(data, (int, float, str)):
            return float(data)
        if issubclass(wanted, (date, time)) and isinstance(data, str):
            return wanted.fromisoformat(data)
        if issubclass(wanted, StrEnum) and isinstance(data, str):
            return wanted(data)
    except ValueError:
        raise ReplayError(f"{place}: {data!r} does not fit") from None
    if isinstance(data, wanted) and (wanted is bool or not isinstance(data, bool)):
        return data
    raise ReplayError(f"{place}: {data!r} does not fit")
