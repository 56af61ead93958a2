import pytest

from demo.errors import DemoError
from demo.supply import Unit, parse_supply


@pytest.mark.parametrize(
    ("text", "phases", "limit_a", "limit_w", "written"),
    [
        ("9kVA", 1, 39.13, 9000, "9 kVA, 1 phase"),
        ("9kVA", 3, 13.04, 9000, "9 kVA, 3 phases"),
        ("40A", 3, 40.0, 27600, "40 A, 3 phases"),
        ("12 kW", 1, 52.17, 12000, "12 kW, 1 phase"),
        ("4,5kw", 1, 19.57, 4500, "4.5 kW, 1 phase"),
    ],
)
def test_a_supply_is_read_as_on_the_bill(text: str, phases: int, limit_a: float, limit_w: float, written: str) -> None:
    supply = parse_supply(text, phases)
    assert supply.limit_a == pytest.approx(limit_a, abs=0.01)
    assert supply.limit_w == pytest.approx(limit_w)
    assert supply.text == written


@pytest.mark.parametrize("text", ["", "9", "kVA", "-9kVA", "9MW", "0kVA", "9999kVA", "1e3A", "9kVA 3"])
def test_anything_else_is_refused_with_the_words_that_were_given(text: str) -> None:
    with pytest.raises(DemoError, match="--supply"):
        parse_supply(text, 1)


@pytest.mark.parametrize(
    ("text", "phases", "used_a", "car_phases", "room_a"),
    [
        ("40A", 1, (10.0,), 1, 30.0),
        ("40A", 1, (45.0,), 1, -5.0),
        ("40A", 3, (10.0, 25.0, 5.0), 3, 15.0),
        ("40A", 3, (10.0, 25.0, 5.0), 1, 30.0),
        ("2.3kW", 3, (4.0, 1.0, 2.0), 3, 1.0),
    ],
)
def test_room_is_what_the_tightest_phase_leaves(
    text: str, phases: int, used_a: tuple[float, ...], car_phases: int, room_a: float
) -> None:
    assert parse_supply(text, phases).room_a(used_a, car_phases) == pytest.approx(room_a)


@pytest.mark.parametrize(
    ("text", "phases", "total_a", "exceeded"),
    [
        ("40A", 1, (40.0,), False),
        ("40A", 1, (40.01,), True),
        ("40A", 3, (1.0, 1.0, 41.0), True),
        ("2.3kW", 3, (8.0, 1.0, 1.0), False),
        ("2.3kW", 3, (8.0, 1.0, 1.1), True),
    ],
)
def test_exceeded_is_on_any_phase_or_in_total(
    text: str, phases: int, total_a: tuple[float, ...], exceeded: bool
) -> None:
    assert parse_supply(text, phases).exceeded(total_a) is exceeded


@pytest.mark.parametrize(("text", "trips"), [("9kVA", False), ("40A", True), ("12kW", False)])
def test_each_unit_has_its_own_protection(text: str, trips: bool) -> None:
    # Six times the limit for a second: a breaker opens at once, the meters take their time.
    supply = parse_supply(text, 3)
    assert supply.protection().step((6 * supply.limit_a,) * 3) is trips


def test_the_unit_is_the_integration_s_own_word() -> None:
    assert [str(unit) for unit in Unit] == ["kva", "a", "kw"]


@pytest.mark.parametrize(
    ("text", "house_a", "cars_a", "called"),
    [
        ("25A", (10.0, 10.0, 10.0), (15.0, 15.0, 15.0), False),
        ("25A", (10.0, 10.0, 10.0), (0.0, 16.0, 0.0), True),
        ("25A", (30.0, 10.0, 10.0), (0.0, 15.0, 0.0), False),
        ("25A", (30.0, 10.0, 10.0), (6.0, 0.0, 0.0), True),
        ("6.9kW", (5.0, 0.0, 5.0), (20.0, 0.0, 0.0), False),
        ("6.9kW", (5.0, 0.0, 5.0), (21.0, 0.0, 0.0), True),
    ],
)
def test_cars_are_called_on_for_what_they_exceed_themselves(
    text: str, house_a: tuple[float, ...], cars_a: tuple[float, ...], called: bool
) -> None:
    assert parse_supply(text, 3).calls_for_less(house_a, cars_a, above_a=0.5) is called
