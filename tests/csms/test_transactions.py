"""Transactions without a socket: starts sent twice, late or never, ends that never come, and the energy of each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.csms.authorization import IdToken
from custom_components.smart_charging.csms.events import TransactionEnded
from custom_components.smart_charging.csms.records import ConnectorStatus, Status, Transaction
from custom_components.smart_charging.csms.register import Reading
from custom_components.smart_charging.csms.transaction_ids import TransactionIds
from custom_components.smart_charging.csms.transactions import (
    StartRequest,
    StopRequest,
    TransactionEvent,
    Transactions,
)

from .conftest import Clock

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


def request(connector_id: int = 1, *, station_at: datetime | None = AT, meter_start_wh: float = 0.0) -> StartRequest:
    return StartRequest(
        connector_id=connector_id,
        id_token=IdToken(text="T"),
        meter_start_wh=meter_start_wh,
        station_at=station_at,
    )


def start(transactions: Transactions, request: StartRequest, at: datetime = AT) -> tuple[Transaction, str]:
    """Announce a start just now; the transaction, and what it caused."""
    transaction, events = transactions.start(request, at, at)
    return transaction, draw(events)


def stop(
    transactions: Transactions, transaction_id: str, *registers_wh: float, connector_id: int | None = None
) -> list[TransactionEvent]:
    readings = tuple(Reading(register_wh=register_wh, at=AT) for register_wh in registers_wh)
    stop = StopRequest(transaction_id=transaction_id, readings=readings, reason="Local", connector_id=connector_id)
    return transactions.stop(stop, AT)


def meter(
    transactions: Transactions,
    transaction_id: str | None,
    register_wh: float | None,
    status: Status | None = Status.CHARGING,
    *,
    connector_id: int = 1,
) -> str:
    reading = None if register_wh is None else Reading(register_wh=register_wh, at=AT)
    return draw(transactions.meter(connector_id, transaction_id, reading, status, AT))


def draw(events: list[TransactionEvent]) -> str:
    """`-5 +6`: 5 ended, 6 started; `?` guessed, `=1500.0` the energy of an end, `!` of an end told again."""
    return " ".join(_draw(event) for event in events)


def _draw(event: TransactionEvent) -> str:
    name = event.transaction.transaction_id + "?" * event.transaction.guessed
    if isinstance(event, TransactionEnded):
        return f"-{name}={event.energy_wh}" + "!" * event.revised
    return f"+{name}"


@pytest.fixture
def transactions(clock: Clock) -> Transactions:
    return Transactions("CP1", TransactionIds(clock))


def test_a_start_sent_again_is_the_same_transaction(transactions: Transactions) -> None:
    first, drawn = start(transactions, request())
    assert drawn == f"+{first.transaction_id}"
    assert start(transactions, request()) == (first, "")
    stop(transactions, first.transaction_id)
    assert start(transactions, request()) == (first, "")
    assert transactions.running(1) is None


def test_without_a_time_only_a_running_transaction_can_be_meant(transactions: Transactions) -> None:
    first, _ = start(transactions, request(station_at=None))
    assert start(transactions, request(station_at=None))[0] == first
    stop(transactions, first.transaction_id)
    second, drawn = start(transactions, request(station_at=None))
    assert second != first
    assert drawn == f"+{second.transaction_id}"


def test_a_new_start_ends_what_ran_on_the_connector_but_not_on_another(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    other, _ = start(transactions, request(2))
    second, events = transactions.start(request(meter_start_wh=5.0), AT, AT)
    assert draw(events) == f"-{first.transaction_id}=0.0 +{second.transaction_id}"
    assert isinstance(events[0], TransactionEnded)
    assert events[0].reason == "Superseded"
    assert transactions.running(2) == other


def test_the_true_end_of_what_was_superseded_is_told_when_it_comes_late(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    second, _ = start(transactions, request(meter_start_wh=4000.0, station_at=AT + timedelta(hours=1)))
    assert draw(stop(transactions, first.transaction_id, 900.0)) == f"-{first.transaction_id}=900.0!"
    assert stop(transactions, first.transaction_id, 950.0) == []
    assert transactions.running(1) == second


def test_a_start_from_before_the_running_one_goes_beside_it(transactions: Transactions) -> None:
    now = AT + timedelta(hours=3)
    running, _ = start(transactions, request(meter_start_wh=7000.0, station_at=now), now)
    old, events = transactions.start(request(meter_start_wh=1000.0), now, AT)
    assert draw(events) == f"+{old.transaction_id}"
    assert (old.started_at, old.heard_at) == (AT, now)
    assert transactions.running(1) == running
    assert draw(stop(transactions, old.transaction_id, 1800.0)) == f"-{old.transaction_id}=800.0"
    assert transactions.running(1) == running


@pytest.mark.parametrize(
    ("connector_id", "transaction_id", "status", "adopted"),
    [
        (1, "7", Status.CHARGING, True),
        (1, "0", Status.CHARGING, True),
        (1, str(2**63 - 1), Status.SUSPENDED_EV, True),
        (1, "7", Status.SUSPENDED_EVSE, True),
        (1, "7", None, True),
        (1, "0", None, False),
        (1, "0", Status.AVAILABLE, False),
        (1, "7", Status.FINISHING, False),
        (1, "-1", Status.CHARGING, False),
        (1, None, Status.CHARGING, False),
        (0, "7", Status.CHARGING, False),
    ],
)
def test_which_unannounced_transactions_are_adopted(
    transactions: Transactions, connector_id: int, transaction_id: str | None, status: Status | None, *, adopted: bool
) -> None:
    drawn = meter(transactions, transaction_id, 500.0, status, connector_id=connector_id)
    assert drawn == (f"+{transaction_id}?" if adopted else "")
    if adopted:
        running = transactions.running(connector_id)
        assert running is not None
        assert running.meter_start_wh == 500.0
        meter(transactions, transaction_id, 700.0, status, connector_id=connector_id)
        assert transactions.energy_wh(connector_id) == 200.0


def test_our_next_id_is_above_an_adopted_one(transactions: Transactions, clock: Clock) -> None:
    ahead = TransactionIds(clock).give() + 1000
    meter(transactions, str(ahead), None)
    assert start(transactions, request(2))[0].transaction_id == str(ahead + 1)


def test_late_readings_of_an_ended_transaction_bring_nothing_back(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    stop(transactions, first.transaction_id, 100.0)
    assert meter(transactions, first.transaction_id, 100.0) == ""
    stop(transactions, "55")
    assert meter(transactions, "55", 100.0) == ""


def test_readings_of_another_transaction_are_not_counted_to_the_running_one(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    stop(transactions, first.transaction_id, 100.0)
    start(transactions, request(meter_start_wh=100.0))
    meter(transactions, first.transaction_id, 90.0)
    meter(transactions, None, 300.0)
    assert transactions.energy_wh(1) == 200.0


def test_a_station_may_call_the_transaction_by_a_name_of_its_own(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    assert meter(transactions, "901", 400.0) == ""
    running = transactions.running(1)
    assert running is not None
    assert (running.transaction_id, running.name) == (first.transaction_id, "901")
    assert draw(stop(transactions, "901", 600.0)) == f"-{first.transaction_id}=600.0"


def test_a_station_that_has_used_our_id_means_another_transaction_by_another(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    meter(transactions, first.transaction_id, 100.0)
    assert meter(transactions, "901", 400.0) == f"-{first.transaction_id}=100.0 +901?"


@pytest.mark.parametrize("nobody", ["0", "-1"])
def test_a_number_that_is_none_stops_the_only_transaction(transactions: Transactions, nobody: str) -> None:
    first, _ = start(transactions, request())
    assert draw(stop(transactions, nobody, 600.0)) == f"-{first.transaction_id}=600.0"


def test_a_number_that_is_none_stops_none_of_two(transactions: Transactions) -> None:
    start(transactions, request())
    start(transactions, request(2))
    assert stop(transactions, "0", 600.0) == []


@pytest.mark.parametrize("lost", ["0", "-1", "-7", str(2**63 - 1)])
def test_a_lost_id_is_the_running_transaction_s(transactions: Transactions, lost: str) -> None:
    first, _ = start(transactions, request())
    meter(transactions, first.transaction_id, 100.0)
    assert meter(transactions, lost, 300.0) == ""
    assert transactions.energy_wh(1) == 300.0
    assert transactions.running(1) == first
    assert draw(stop(transactions, lost, 400.0)) == f"-{first.transaction_id}=400.0"


def test_an_end_without_a_start_tells_what_its_readings_tell(transactions: Transactions) -> None:
    assert draw(stop(transactions, "77", 1000.0, 1900.0, connector_id=1)) == "+77? -77?=900.0"
    assert stop(transactions, "77", 1000.0, 1900.0, connector_id=1) == []
    assert stop(transactions, "78", 1000.0, 1900.0) == []


def test_a_start_after_its_end_completes_what_was_guessed(transactions: Transactions) -> None:
    own = replace(request(meter_start_wh=1000.0), transaction_id="abc", sequence=0)
    end = StopRequest(
        transaction_id="abc",
        readings=(Reading(register_wh=3000.0, at=AT, station_at=AT + timedelta(hours=1), sequence=4),),
        reason="Local",
        connector_id=1,
    )
    assert draw(transactions.stop(end, AT)) == "+abc? -abc?=0.0"
    transaction, drawn = start(transactions, own)
    assert (transaction.guessed, transaction.id_tag, transaction.meter_start_wh) == (False, "T", 1000.0)
    assert drawn == "-abc=2000.0!"
    assert start(transactions, own)[1] == ""


def test_a_start_after_an_end_that_told_nothing_is_told_with_it(transactions: Transactions) -> None:
    own = replace(request(meter_start_wh=1000.0), transaction_id="abc", sequence=0)
    reading = Reading(register_wh=3000.0, at=AT, station_at=AT + timedelta(hours=1), sequence=4)
    end = StopRequest(transaction_id="abc", readings=(reading,), reason="Local")
    assert transactions.stop(end, AT) == []
    assert start(transactions, own)[1] == "+abc -abc=2000.0"
    assert start(transactions, own)[1] == ""


def test_a_start_after_readings_completes_the_running_transaction(transactions: Transactions) -> None:
    own = replace(request(meter_start_wh=1000.0), transaction_id="abc", sequence=0)
    reading = Reading(register_wh=1500.0, at=AT, sequence=1)
    assert draw(transactions.meter(1, "abc", reading, Status.CHARGING, AT)) == "+abc?"
    assert start(transactions, own)[1] == "+abc"
    assert transactions.energy_wh(1) == 500.0


def test_a_start_of_what_was_found_running_takes_its_energy_over(transactions: Transactions) -> None:
    later = AT + timedelta(minutes=30)
    found = Reading(register_wh=1500.0, at=later, station_at=later)
    assert draw(transactions.meter(1, "0", found, Status.CHARGING, later)) == "+0?"
    transactions.meter(1, "0", Reading(register_wh=1700.0, at=later, station_at=later), Status.CHARGING, later)
    announced, events = transactions.start(request(meter_start_wh=1000.0), later, AT)
    assert draw(events) == f"-0?=0.0 +{announced.transaction_id}"
    assert transactions.energy_wh(1) == 700.0


def test_a_transaction_nobody_ended_is_given_up_when_its_connector_has_been_free(transactions: Transactions) -> None:
    first, _ = start(transactions, request())

    def status(status: Status) -> dict[int, ConnectorStatus]:
        return {1: ConnectorStatus(status=status, error_code="NoError", info="", at=AT)}

    later = AT + timedelta(seconds=61)
    assert transactions.expire({}, later) == []
    assert transactions.expire(status(Status.CHARGING), later) == []
    assert transactions.expire(status(Status.AVAILABLE), AT + timedelta(seconds=60)) == []
    events = transactions.expire(status(Status.AVAILABLE), later)
    assert draw(events) == f"-{first.transaction_id}=0.0"
    assert isinstance(events[0], TransactionEnded)
    assert events[0].reason == "Lost"
    # It was not seen to end, so it may be heard of again, and counts on.
    assert meter(transactions, first.transaction_id, 80.0, Status.AVAILABLE) == ""
    assert meter(transactions, first.transaction_id, 100.0) == f"+{first.transaction_id}"
    assert draw(stop(transactions, first.transaction_id, 150.0)) == f"-{first.transaction_id}=150.0"


def test_what_was_given_up_takes_no_connector_from_what_began_since(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    free = ConnectorStatus(status=Status.AVAILABLE, error_code="NoError", info="", at=AT)
    transactions.expire({1: free}, AT + timedelta(seconds=61))
    second, _ = start(transactions, request(station_at=AT + timedelta(minutes=5), meter_start_wh=100.0))
    assert meter(transactions, first.transaction_id, 90.0) == ""
    assert transactions.running(1) == second
    assert draw(stop(transactions, first.transaction_id, 100.0)) == f"-{first.transaction_id}=100.0!"


def test_what_is_remembered_goes_on_after_a_restart(transactions: Transactions, clock: Clock) -> None:
    first, _ = start(transactions, request())
    ended, _ = start(transactions, request(2))
    stop(transactions, ended.transaction_id, 100.0)
    after = Transactions("CP1", TransactionIds(clock))
    after.restore(transactions.entries)
    assert after.running(1) == first
    assert after.connector_of(ended.transaction_id) == 2
    assert after.connector_of("unheard of") is None
    assert meter(after, first.transaction_id, 500.0) == ""
    assert draw(stop(after, first.transaction_id, 700.0)) == f"-{first.transaction_id}=700.0"
    assert start(after, request(2, station_at=None))[0].transaction_id > first.transaction_id


def test_after_a_restart_the_newest_of_a_connector_runs(transactions: Transactions, clock: Clock) -> None:
    later = AT + timedelta(hours=1)
    running, _ = start(transactions, request(station_at=later), later)
    old, _ = transactions.start(request(), later, AT)
    after = Transactions("CP1", TransactionIds(clock))
    after.restore(transactions.entries)
    assert after.running(1) == running
    assert draw(stop(after, old.transaction_id, 100.0)) == f"-{old.transaction_id}=100.0"


def test_a_start_sent_again_after_a_restart_is_the_same_transaction(transactions: Transactions, clock: Clock) -> None:
    announced = request(station_at=AT + timedelta(microseconds=1500), meter_start_wh=7.0)
    first, _ = start(transactions, announced)
    after = Transactions("CP1", TransactionIds(clock))
    after.restore(transactions.entries)
    assert start(after, announced) == (first, "")


def test_what_is_remembered_is_bounded(transactions: Transactions) -> None:
    first, _ = start(transactions, request())
    for count in range(200):
        start(transactions, request(station_at=AT + timedelta(seconds=count + 1)))
    assert start(transactions, request())[0] != first
    assert len(transactions._requests) == len(transactions._entries) == 64
