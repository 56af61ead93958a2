import math

import pytest

from custom_components.smart_charging.chargers.answers import as_object, number, numbers, text
from custom_components.smart_charging.chargers.errors import ChargerUnfitError


@pytest.mark.parametrize("told", [None, [], "a", 1])
def test_what_is_no_object_is_not_that_of_a_charger(told: object) -> None:
    with pytest.raises(ChargerUnfitError):
        as_object(told)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (1500, 1.5),
        ("1500", 1.5),
        (" 1e3 ", 1.0),
        (-200, -0.2),
        ("on", None),
        ("", None),
        (True, None),
        (None, None),
        ([1], None),
        ("nan", None),
        (math.inf, None),
    ],
)
def test_numbers_are_read_as_they_come(told: object, wanted: float | None) -> None:
    assert number(told, 0.001) == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ((1, "2"), (1.0, 2.0)),
        ([], ()),
        ([1, None], None),
        ("12", None),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_several_numbers_are_all_known_or_none(told: object, wanted: tuple[float, ...] | None) -> None:
    assert numbers(told) == wanted


@pytest.mark.parametrize(
    ("told", "wanted"), [(" go-e\n", "go-e"), (7, "7"), (True, ""), (None, ""), (["a"], ""), ("a\x00b", "ab")]
)
def test_texts_can_be_printed(told: object, wanted: str) -> None:
    assert text(told) == wanted


def test_a_text_has_an_end() -> None:
    assert len(text("x" * 10_000)) < 1000
