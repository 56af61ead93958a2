"""Payloads that are valid by the official schemas, with plausible values where a csms looks closely."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import ocpp  # type: ignore[import-untyped]

from custom_components.smart_charging.csms.versions import Version

type Json = Any
type Schema = dict[str, Any]

_FOLDERS: Final = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}

_MOMENTS: Final = (
    "2026-06-01T10:00:00Z",
    "2026-06-01T10:00:05.250Z",
    "2026-06-01T09:12:00Z",
    "2026-05-31T22:00:00Z",
    "1970-01-01T00:00:10Z",
    "2035-01-01T00:00:00Z",
)
_INTEGERS: Final = {
    "connectorId": (0, 1, 1, 1, 2),
    "evseId": (0, 1, 1, 1, 2),
    "id": (1, 1, 1, 2),
    "transactionId": (1, 2, 3, 203_000_000, 203_000_001),
    "meterStart": (0, 1_000, 12_000),
    "meterStop": (0, 1_500, 13_000),
    "seqNo": (0, 1, 2, 3, 7),
    "multiplier": (0, 0, 3),
    "requestId": (1, 2),
}
_TEXTS: Final = {
    "transactionId": ("T1", "T2", "T3", "0"),
    "value": ("0", "16.2", "1000", "12345.678", "230,1"),
    "unit": ("Wh", "kWh", "A", "W"),
    "actualValue": ("Available", "Occupied", "Faulted", "true"),
    "idTag": ("CARD", "GUEST"),
    "idToken": ("CARD", "GUEST"),
    "action": ("NotifyEvent",),
}
_NAMED: Final = {
    "component": ("EVSE", "Connector", "SmartChargingCtrlr"),
    "variable": ("AvailabilityState", "RateUnit"),
}
_NUMBERS: Final = (0, 6, 16.2, 230.0, 1000, 12345.6)


@cache
def _schema(version: Version, name: str) -> Schema:
    path = Path(ocpp.__file__).parent / _FOLDERS[version] / "schemas" / f"{name}.json"
    schema: Schema = json.loads(path.read_text(encoding="utf-8-sig"))
    return schema


@cache
def actions(version: Version) -> tuple[str, ...]:
    """Every action of this version that is answered, whoever calls it."""
    folder = Path(ocpp.__file__).parent / _FOLDERS[version] / "schemas"
    answers = sorted(path.stem.removesuffix("Response") for path in folder.glob("*Response.json"))
    return tuple(answers)


def seeded(seed: str | int) -> Random:
    """Chance that is the same each time."""
    return Random(seed)  # noqa: S311 -- nothing is kept secret by it


class Payloads:
    """Makes payloads by chance. `generous`: with every field that there is, once, and the longest texts."""

    def __init__(self, random: Random, *, generous: bool = False) -> None:
        self._random = random
        self._generous = generous

    def request(self, version: Version, action: str) -> dict[str, Json]:
        """The payload of a call."""
        return self._make(_schema(version, action if version is Version.V16 else f"{action}Request"))

    def answer(self, version: Version, action: str) -> dict[str, Json]:
        """The payload of an answer."""
        return self._make(_schema(version, f"{action}Response"))

    def _make(self, schema: Schema) -> dict[str, Json]:
        made: dict[str, Json] = self._value("", schema, schema, ())
        return made

    def _value(self, name: str, schema: Schema, root: Schema, path: tuple[str, ...]) -> Json:
        if "$ref" in schema:
            schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        make: dict[str | None, Callable[[], Json]] = {
            "object": lambda: self._object(schema, root, path),
            "array": lambda: self._list(name, schema, root, path),
            "string": lambda: self._text(name, schema, path),
            "integer": lambda: int(self._within(schema, self._random.choice(_INTEGERS.get(name, (0, 1, 5, 60))))),
            "number": lambda: self._within(schema, self._random.choice(_NUMBERS)),
            "boolean": lambda: self._random.random() < 0.5,
            None: lambda: self._random.choice(("text", 1, {"a": [1]})),
        }
        return make[schema.get("type")]()

    def _list(self, name: str, schema: Schema, root: Schema, path: tuple[str, ...]) -> list[Json]:
        most = 1 if self._generous else min(schema.get("maxItems", 3), 3)
        count = max(schema.get("minItems", 0), self._random.randint(1, most))
        return [self._value(name, schema["items"], root, path) for _ in range(count)]

    def _object(self, schema: Schema, root: Schema, path: tuple[str, ...]) -> dict[str, Json]:
        required = schema.get("required", ())
        made = {}
        for name, part in schema.get("properties", {}).items():
            if name in required or (len(path) < 6 and (self._generous or self._random.random() < 0.5)):
                made[name] = self._value(name, part, root, (*path, name))
        return made

    def _text(self, name: str, schema: Schema, path: tuple[str, ...]) -> str:
        if schema.get("format") == "date-time":
            return self._random.choice(_MOMENTS)
        if schema.get("format") == "uri":
            return "http://127.0.0.1/file"
        if name == "name" and len(path) > 1 and path[-2] in _NAMED:
            return self._random.choice(_NAMED[path[-2]])
        longest: int = schema.get("maxLength", 40)
        if self._generous and name not in _TEXTS:
            return "x" * min(longest, 600)
        text: str = self._random.choice(_TEXTS.get(name, ("text", "Ärger", "")))
        return text[:longest]

    @staticmethod
    def _within(schema: Schema, number: float) -> float:
        lowest: float = schema.get("minimum", number)
        highest: float = schema.get("maximum", number)
        return lowest if number < lowest else min(number, highest)


def paths(value: Json, so_far: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a payload, from the outside in; of a list the first element stands for all."""
    yield so_far
    if isinstance(value, dict):
        for key, part in value.items():
            yield from paths(part, (*so_far, key))
    elif isinstance(value, list) and value:
        yield from paths(value[0], (*so_far, 0))


def replaced(value: Json, path: tuple[str | int, ...], by: Json) -> Json:
    """A payload with something else in one place."""
    if not path:
        return by
    head, *rest = path
    copy = value.copy()
    copy[head] = replaced(value[head], tuple(rest), by)
    return copy
