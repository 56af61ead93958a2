"""The transaction ids that we give."""

from datetime import UTC, datetime

from custom_components.smart_charging.csms.transaction_ids import TransactionIds

from .conftest import Clock


def test_ids_increase_also_within_a_second_and_across_restarts(clock: Clock) -> None:
    ids = TransactionIds(clock)
    first, second = ids.give(), ids.give()
    assert second == first + 1
    clock.advance(5)
    assert TransactionIds(clock).give() > second


def test_ids_stay_within_32_bits_and_do_not_follow_strange_ones(clock: Clock) -> None:
    ids = TransactionIds(clock)
    expected = TransactionIds(clock).give()
    for strange in (str(2**63 - 1), "0", "-1", "a1b2", "", "\u0663"):
        ids.follow(strange)
    assert ids.give() == expected
    ids.follow(str(expected + 100))
    ids.follow(str(expected + 50))
    assert ids.give() == expected + 101
    clock.at = datetime(2100, 1, 1, tzinfo=UTC)
    assert ids.give() == 2**31 - 1
