"""Reads what a charger answered, whatever that is: what is missing, or is not of the kind that it should be, is None."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import ChargerUnfitError, Unfit

_LONGEST = 200


def as_object(value: Any) -> Mapping[str, Any]:
    """The answer as an object. Raises `ChargerUnfitError`: whatever answers else is another device."""
    if not isinstance(value, Mapping):
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "its answer is not that of such a charger")
    return value


def number(value: Any, scale: float = 1.0) -> float | None:
    """A number, times `scale`; one in a text is as good. None for what is none, or has no end."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value * scale


def text(value: Any) -> str:
    """A text that can be printed, not too long; empty for what is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in value if sign.isprintable())[:_LONGEST].strip()


def numbers(values: Any, scale: float = 1.0) -> tuple[float, ...] | None:
    """Several numbers, times `scale`; None where one of them is none."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        return None
    found = tuple(number(value, scale) for value in values)
    known = tuple(value for value in found if value is not None)
    return known if len(known) == len(found) else None
