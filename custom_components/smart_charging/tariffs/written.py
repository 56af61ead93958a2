"""Hours and steps as people write them on one line."""

import re
from datetime import time
from itertools import pairwise
from typing import Final

from .hours import Span

_SPAN: Final = re.compile(r"(\d{1,2})(?:[:hH.](\d{2})?)?\s*[-–]\s*(\d{1,2})(?:[:hH.](\d{2})?)?")  # noqa: RUF001 people type it
_STEP: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*kW\s*[:=]\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_MIDNIGHT: Final = 24


def read_spans(text: str) -> tuple[Span, ...]:
    """Read `22:30-06:30, 12:00-14:00`; also `22h30-6h30` and `22-6`. Raises `ValueError` where it is anything else."""
    return tuple(_span(part) for part in re.split(r"[,;]", text))


def read_steps(text: str) -> tuple[tuple[float, float], ...]:
    """Read `0 kW: 90; 2 kW: 180; 5 kW: 326`, what a month costs from so many kW on, into what each step costs more.

    Raises `ValueError` where it is anything else, or does not go up from step to step.
    """
    found = [_STEP.fullmatch(part.strip()) for part in text.split(";")]
    steps = [(_number(match[1]), _number(match[2])) for match in found if match is not None]
    if len(steps) < len(found) or any(first[0] >= then[0] or first[1] > then[1] for first, then in pairwise(steps)):
        raise ValueError(text)
    return tuple(
        (from_kw, price - before)
        for (from_kw, price), before in zip(steps, (0.0, *(p for _, p in steps)), strict=False)
    )


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return Span(start=_time(match[1], match[2]), end=_time(match[3], match[4]))


def _time(hour: str, minute: str | None) -> time:
    """Read a time; 24:00 is midnight."""
    hours = int(hour)
    if hours == _MIDNIGHT and not int(minute or 0):
        return time()
    return time(hours, int(minute or 0))


def _number(text: str) -> float:
    return float(text.replace(",", "."))
