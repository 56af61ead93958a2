"""What the judges have in common: the words, and how a stored number is read."""

import math
from collections.abc import Mapping
from typing import Any

type Data = Mapping[str, Any]
"""What is stored of a site, a circuit, a charger or a load."""
type Errors = dict[str, str]
"""Field to error key; empty when all is well."""


def is_positive(data: Data, key: str) -> bool:
    """Tell whether there is a number above 0."""
    found = number(data, key)
    return found is not None and found > 0


def is_optional(data: Data, key: str, *, least: float = 0.0, most: float = math.inf) -> bool:
    """Tell whether there is nothing, or a number from `least` to `most`."""
    found = number(data, key)
    return data.get(key) is None or (found is not None and least <= found <= most)


def number(data: Data, key: str) -> float | None:
    """Read a finite number; None where there is none."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
