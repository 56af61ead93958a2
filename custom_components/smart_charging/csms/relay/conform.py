"""Fits what real stations and operators send to OCPP's own schemas, so that what is handed on breaks none of them.

Pure. The schemas are those of the `ocpp` library; only the words that they use are understood here.
"""

import math
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any, Final

from ..timestamps import format_timestamp, parse_timestamp

type Schema = Mapping[str, Any]

_DEFINITIONS: Final = "#/definitions/"
_LARGEST: Final = 2**63 - 1


class Unfit(Exception):  # noqa: N818 -- it is the value that is wrong, not the program
    """It cannot be made to fit. The text tells where."""


class _Care(IntEnum):
    """What becomes of what does not fit."""

    LOOSE = 0
    """It is left out, where the schema lets it."""
    EXACT = 1
    """What it belongs to is left out too: a reading without its measurand is another reading."""
    WHOLE = 2
    """All of it is refused: a schedule without one of its periods is another schedule."""


class Conformer:
    """Fits payloads to one schema. `defaults`, by a field's name, fill in what a schema wants and the payload lacks.

    Of the fields named in `whole` nothing is left out.
    """

    def __init__(
        self, schema: Schema, defaults: Mapping[str, Any] | None = None, whole: Collection[str] = frozenset()
    ) -> None:
        self._schema = schema
        self._whole = whole
        self._definitions: Mapping[str, Schema] = schema.get("definitions", {})
        self._defaults = defaults or {}

    def fit(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of the payload that keeps to the schema: what nobody asked for is left out. Raises `Unfit`."""
        return self._object(self._schema, payload, "", _Care.LOOSE)

    def _fit(self, schema: Schema, value: Any, where: str, care: _Care) -> Any:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            schema = self._definitions[reference.removeprefix(_DEFINITIONS)]
        match schema.get("type"):
            case "object":
                return self._object(schema, value, where, care)
            case "array":
                return self._array(schema, value, where, care)
            case "string":
                return _text(schema, value, where)
            case "integer" | "number":
                return _number(schema, value, where)
            case "boolean":
                if isinstance(value, bool):
                    return value
                raise Unfit(f"{where} is neither true nor false")
            case _:
                return value

    def _object(self, schema: Schema, value: Any, where: str, care: _Care) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Unfit(f"{where} is no object")
        fields: Mapping[str, Schema] = schema.get("properties", {})
        wanted = set(schema.get("required", ()))
        fitted = {} if schema.get("additionalProperties") is False else dict(value)
        for name, inner in fields.items():
            given = value.get(name)
            inside = _Care.WHOLE if name in self._whole else care
            try:
                if given is None:
                    given = self._defaults.get(name) if name in wanted else None
                if given is not None:
                    fitted[name] = self._fit(inner, given, f"{where}.{name}", inside)
            except Unfit:
                fitted.pop(name, None)
                if name in wanted and name in self._defaults:
                    fitted[name] = self._fit(inner, self._defaults[name], f"{where}.{name}", inside)
                elif inside > _Care.LOOSE or name in wanted:
                    raise
            if given is None:
                fitted.pop(name, None)
        missing = wanted - set(fitted)
        if missing:
            raise Unfit(f"{where}.{min(missing)} is missing")
        return fitted

    def _array(self, schema: Schema, value: Any, where: str, care: _Care) -> list[Any]:
        if not isinstance(value, list):
            raise Unfit(f"{where} is no list")
        fitted = []
        for entry in value[: schema.get("maxItems")]:
            try:
                fitted.append(self._fit(schema.get("items", {}), entry, where, max(care, _Care.EXACT)))
            except Unfit:
                if care is _Care.WHOLE:
                    raise
        if care is _Care.WHOLE and len(fitted) < len(value):
            raise Unfit(f"{where} is too long")
        if len(fitted) < schema.get("minItems", 0):
            raise Unfit(f"{where} holds nothing of use")
        return fitted


def _text(schema: Schema, value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit(f"{where} is no text")
    # Half surrogates are no text that anybody could read.
    text = str(value).encode("utf-8", "replace").decode()
    words = schema.get("enum")
    if words is not None:
        text = next((word for word in words if word.lower() == text.strip().lower()), "")
        if not text:
            raise Unfit(f"{where} is none of the words that it may be")
    if schema.get("format") == "date-time":
        moment = parse_timestamp(text)
        if moment is None:
            raise Unfit(f"{where} is no time")
        return format_timestamp(moment)
    return text[: schema.get("maxLength")]


def _number(schema: Schema, value: Any, where: str) -> float:
    number = _read_number(value)
    if number is None or not schema.get("minimum", -_LARGEST) <= number <= schema.get("maximum", _LARGEST):
        raise Unfit(f"{where} is no number that it may be")
    if schema["type"] == "integer":
        return round(number)
    step = schema.get("multipleOf")
    if step is not None:
        # Down, for most of them are limits; a binary fraction's last digit is forgiven.
        return float(math.floor(number / step + 1e-6) * Decimal(str(step)))
    return number


def _read_number(value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(value.strip()) if isinstance(value, str) else value
    except InvalidOperation:
        return None
    if isinstance(number, int):
        return number
    return float(number) if math.isfinite(number) else None
