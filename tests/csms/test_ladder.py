"""What is tried with a station that refuses limits."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.csms.ladder import Ladder, Purpose, climb
from custom_components.smart_charging.csms.records import Features, ProfileStyle, RateUnit

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
ANYTHING = Features(max_stack_level=8)


def describe(style: ProfileStyle) -> str:
    """What is unlike the usual."""
    words = [
        "relative" * style.relative,
        "" if style.stack_level is None else f"level {style.stack_level}",
        "" if style.unit is None else style.unit.value,
        "" if style.names_phases else "no phases",
        "by default" * style.by_default,
    ]
    return ", ".join(word for word in words if word) or "as usual"


@pytest.mark.parametrize(
    ("features", "purpose", "first"),
    [
        (
            ANYTHING,
            Purpose.LIVE,
            ["as usual", "relative", "level 0", "W", "no phases", "level 8, by default", "relative, level 0"],
        ),
        (Features(max_stack_level=0), Purpose.LIVE, ["as usual", "relative", "W", "no phases", "relative, W"]),
        (
            Features(max_stack_level=0, rate_units=frozenset({RateUnit.A})),
            Purpose.LIVE,
            ["as usual", "relative", "no phases", "relative, no phases"],
        ),
        (
            Features(rate_units=frozenset({RateUnit.W})),
            Purpose.LIVE,
            ["as usual", "relative", "no phases", "level 1, by default"],
        ),
        (ANYTHING, Purpose.DEFAULT, ["as usual", "level 0", "W", "no phases", "level 0, W"]),
    ],
)
def test_the_likeliest_comes_first(features: Features, purpose: Purpose, first: list[str]) -> None:
    styles = list(climb(ProfileStyle(), features, purpose))
    assert [describe(style) for style in styles][: len(first)] == first
    assert len(styles) == len(set(styles)) <= 16


def test_what_was_refused_is_not_tried_again_for_a_while() -> None:
    ladder = Ladder(ProfileStyle())
    every = ladder.rungs(Purpose.LIVE, ANYTHING, AT)
    for style in every:
        ladder.refused(Purpose.LIVE, style, AT)
    assert ladder.rungs(Purpose.LIVE, ANYTHING, AT + timedelta(minutes=9)) == [ProfileStyle()]
    assert ladder.rungs(Purpose.LIVE, ANYTHING, AT + timedelta(minutes=10)) == every


def test_a_style_that_was_accepted_is_not_given_up_for_a_refusal_or_two() -> None:
    ladder = Ladder(ProfileStyle())
    ladder.accepted(Purpose.LIVE, ProfileStyle(relative=True))
    for _ in range(3):
        assert ladder.rungs(Purpose.LIVE, ANYTHING, AT) == [ProfileStyle(relative=True)]
        ladder.refused(Purpose.LIVE, ProfileStyle(relative=True), AT)
    assert len(ladder.rungs(Purpose.LIVE, ANYTHING, AT)) > 1


def test_what_says_yes_and_does_not_follow_is_asked_otherwise_until_nothing_is_left() -> None:
    ladder = Ladder(ProfileStyle())
    ladder.accepted(Purpose.LIVE, ProfileStyle())
    seen = {ProfileStyle()}
    while (style := ladder.distrust(ANYTHING, AT)) is not None:
        assert style not in seen
        assert ladder.rungs(Purpose.LIVE, ANYTHING, AT)[0] == style
        ladder.accepted(Purpose.LIVE, style)
        seen.add(style)
    assert len(seen) > 5
    assert ladder.style == ProfileStyle()
