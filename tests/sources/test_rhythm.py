"""How often a meter speaks, from when it spoke."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.sources.rhythm import Rhythm, rhythm_of

_START = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def _at(*seconds: float) -> list[datetime]:
    return [_START + timedelta(seconds=second) for second in seconds]


@pytest.mark.parametrize(
    ("times", "rhythm", "slow"),
    [
        ({}, Rhythm(spoke=False), False),
        ({"a": _at(3)}, Rhythm(spoke=True), False),
        ({"a": _at(0, 1, 2, 3)}, Rhythm(spoke=True, period_s=1.0), False),
        ({"a": _at(0, 10.04)}, Rhythm(spoke=True, period_s=10.04), True),
        ({"a": _at(0, 30)}, Rhythm(spoke=True, period_s=30.0), True),
        # One telegram was lost: the median forgives it.
        ({"a": _at(0, 1, 2, 4, 5)}, Rhythm(spoke=True, period_s=1.0), False),
        # The export says nothing at night.
        ({"import": _at(0, 5, 10), "export": _at(10)}, Rhythm(spoke=True, period_s=5.0), False),
        # Written twice in one go.
        ({"a": _at(0, 0)}, Rhythm(spoke=True, period_s=0.1), False),
    ],
    ids=["nothing", "once", "each second", "just too slow", "each half minute", "one lost", "one quiet", "at once"],
)
def test_rhythm_of(times: dict[str, list[datetime]], rhythm: Rhythm, slow: bool) -> None:
    assert rhythm_of(times) == rhythm
    assert rhythm_of(times).slow is slow
