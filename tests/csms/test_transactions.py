"""Transactions without a socket: ids, energy, starts sent twice, ends that never come."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.csms.events import TransactionEnded, TransactionStarted
from custom_components.smart_charging.csms.records import ConnectorStatus, Status
from custom_components.smart_charging.csms.transactions import (
    EnergyCounter,
    StartRequest,
    TransactionEvent,
    TransactionIds,
    Transactions,
)

from .conftest import Clock

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


def request(connector_id: int = 1, *, station_at: datetime | None = AT, meter_start_wh: float = 0.0) -> StartRequest:
    return StartRequest(connector_id=connector_id, id_tag="T", meter_start_wh=meter_start_wh, station_at=station_at)


def draw(events: list[TransactionEvent]) -> str:
    """`-5 +6`: 5 ended, 6 started."""
    return " ".join(
        f"{'-' if isinstance(event, TransactionEnded) else '+'}{event.transaction.transaction_id}" for event in events
    )


@pytest.fixture
def transactions(clock: Clock) -> Transactions:
    return Transactions("CP1", TransactionIds(clock))


def test_ids_increase_also_within_a_second_and_across_restarts(clock: Clock) -> None:
    ids = TransactionIds(clock)
    first, second = ids.give(), ids.give()
    assert second == first + 1
    clock.advance(5)
    assert TransactionIds(clock).give() > second


def test_ids_stay_within_32_bits_and_do_not_follow_strange_ones(clock: Clock) -> None:
    ids = TransactionIds(clock)
    expected = TransactionIds(clock).give()
    ids.follow(2**63 - 1)
    ids.follow(0)
    assert ids.give() == expected
    ids.follow(expected + 100)
    ids.follow(expected + 50)
    assert ids.give() == expected + 101
    clock.at = datetime(2100, 1, 1, tzinfo=UTC)
    assert ids.give() == 2**31 - 1


@pytest.mark.parametrize(
    ("start_wh", "registers_wh", "energy_wh"),
    [
        (1000.0, [1500.0, 2500.0], 1500.0),
        (None, [], None),
        (None, [5000.0, 5600.0], 600.0),
        (1000.0, [2000.0, 0.0, 300.0], 1300.0),  # went back to zero
        (1000.0, [1500.0, 1499.0, 1600.0], 601.0),
        (0.0, [9_000_000.0, 9_000_500.0], 500.0),  # meterStart was not the register
    ],
)
def test_energy_is_what_the_register_rose(
    start_wh: float | None, registers_wh: list[float], energy_wh: float | None
) -> None:
    counter = EnergyCounter(start_wh, AT)
    for minute, register_wh in enumerate(registers_wh, 1):
        counter.read(register_wh, AT + timedelta(minutes=minute))
        counter.read(None, AT + timedelta(minutes=minute))
    assert counter.energy_wh == energy_wh


def test_a_start_sent_again_is_the_same_transaction(transactions: Transactions) -> None:
    first, events = transactions.start(request(), AT)
    assert draw(events) == f"+{first.transaction_id}"
    assert transactions.start(request(), AT) == (first, [])
    transactions.stop(first.transaction_id, None, "Local", AT)
    assert transactions.start(request(), AT) == (first, [])
    assert transactions.running(1) is None


def test_without_a_time_only_a_running_transaction_can_be_meant(transactions: Transactions) -> None:
    first, _ = transactions.start(request(station_at=None), AT)
    assert transactions.start(request(station_at=None), AT)[0] == first
    transactions.stop(first.transaction_id, None, "Local", AT)
    second, events = transactions.start(request(station_at=None), AT)
    assert second != first
    assert draw(events) == f"+{second.transaction_id}"


def test_a_new_start_ends_what_ran_on_the_connector_but_not_on_another(transactions: Transactions) -> None:
    first, _ = transactions.start(request(), AT)
    other, _ = transactions.start(request(2), AT)
    second, events = transactions.start(request(meter_start_wh=5.0), AT)
    assert draw(events) == f"-{first.transaction_id} +{second.transaction_id}"
    assert isinstance(events[0], TransactionEnded)
    assert events[0].reason == "Superseded"
    assert transactions.running(2) == other


@pytest.mark.parametrize(
    ("connector_id", "transaction_id", "status", "adopted"),
    [
        (1, 7, Status.CHARGING, True),
        (1, 0, Status.CHARGING, True),
        (1, 2**63 - 1, Status.SUSPENDED_EV, True),
        (1, 7, Status.SUSPENDED_EVSE, True),
        (1, 7, None, True),
        (1, 0, None, False),
        (1, 0, Status.AVAILABLE, False),
        (1, 7, Status.FINISHING, False),
        (1, -1, Status.CHARGING, False),
        (1, None, Status.CHARGING, False),
        (0, 7, Status.CHARGING, False),
    ],
)
def test_which_unannounced_transactions_are_adopted(
    transactions: Transactions, connector_id: int, transaction_id: int | None, status: Status | None, *, adopted: bool
) -> None:
    events = transactions.meter(connector_id, transaction_id, 500.0, status, AT)
    assert len(events) == adopted
    if adopted:
        assert isinstance(events[0], TransactionStarted)
        assert events[0].transaction.guessed
        assert events[0].transaction.meter_start_wh == 500.0
        transactions.meter(connector_id, transaction_id, 700.0, status, AT)
        assert transactions.energy_wh(connector_id) == 200.0


def test_our_next_id_is_above_an_adopted_one(transactions: Transactions, clock: Clock) -> None:
    ahead = TransactionIds(clock).give() + 1000
    transactions.meter(1, ahead, None, Status.CHARGING, AT)
    assert transactions.start(request(2), AT)[0].transaction_id == ahead + 1


def test_late_readings_of_an_ended_transaction_bring_nothing_back(transactions: Transactions) -> None:
    first, _ = transactions.start(request(), AT)
    transactions.stop(first.transaction_id, 100.0, "Local", AT)
    assert transactions.meter(1, first.transaction_id, 100.0, Status.CHARGING, AT) == []
    transactions.stop(55, None, "Local", AT)
    assert transactions.meter(1, 55, 100.0, Status.CHARGING, AT) == []


def test_readings_of_another_transaction_are_not_counted_to_the_running_one(transactions: Transactions) -> None:
    first, _ = transactions.start(request(), AT)
    transactions.stop(first.transaction_id, 100.0, "Local", AT)
    transactions.start(request(meter_start_wh=100.0), AT)
    transactions.meter(1, first.transaction_id, 90.0, Status.CHARGING, AT)
    transactions.meter(1, None, 300.0, Status.CHARGING, AT)
    assert transactions.energy_wh(1) == 200.0


def test_a_transaction_nobody_ended_is_given_up_when_its_connector_has_been_free(transactions: Transactions) -> None:
    first, _ = transactions.start(request(), AT)

    def status(status: Status) -> dict[int, ConnectorStatus]:
        return {1: ConnectorStatus(status=status, error_code="NoError", info="", at=AT)}

    later = AT + timedelta(seconds=61)
    assert transactions.expire({}, later) == []
    assert transactions.expire(status(Status.CHARGING), later) == []
    assert transactions.expire(status(Status.AVAILABLE), AT + timedelta(seconds=60)) == []
    events = transactions.expire(status(Status.AVAILABLE), later)
    assert draw(events) == f"-{first.transaction_id}"
    assert isinstance(events[0], TransactionEnded)
    assert events[0].reason == "Lost"
    # It was not seen to end, so it may be heard of again.
    assert draw(transactions.meter(1, first.transaction_id, 0.0, Status.CHARGING, later)) == f"+{first.transaction_id}"


def test_what_is_remembered_is_bounded(transactions: Transactions) -> None:
    first, _ = transactions.start(request(), AT)
    for count in range(200):
        transactions.start(request(station_at=AT + timedelta(seconds=count + 1)), AT)
    assert transactions.start(request(), AT)[0] != first
    assert len(transactions._requests) == len(transactions._ended) == 64
