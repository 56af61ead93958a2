"""The parts of the relay that need no connection: what waits, what fits, what profiles allow."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.memory import StationMemory
from custom_components.smart_charging.csms.records import OperatorLimit
from custom_components.smart_charging.csms.relay.books import Books
from custom_components.smart_charging.csms.relay.conform import Conformer, Unfit
from custom_components.smart_charging.csms.relay.limits import OperatorLimits, Running
from custom_components.smart_charging.csms.relay.names import Names
from custom_components.smart_charging.csms.relay.outbox import Entry, Outbox
from custom_components.smart_charging.csms.relay.profiles import NotUnderstood
from custom_components.smart_charging.csms.relay.verdicts import Verdicts, put_verdict, read_verdict
from custom_components.smart_charging.csms.transaction_ids import TransactionIds
from custom_components.smart_charging.csms.versions import Version

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


def entry(number: int, *, needed: bool = False, transaction: str | None = "1", padding: int = 0) -> Entry:
    return Entry(
        version=Version.V16,
        action="StopTransaction" if needed else "MeterValues",
        payload={"number": number, "padding": "x" * padding},
        at=AT,
        transaction=transaction,
        needed=needed,
    )


def test_what_is_too_much_thins_out_the_readings_and_never_a_start_or_an_end() -> None:
    outbox = Outbox()
    for number in range(3000):
        assert outbox.put(entry(number, needed=number % 100 == 0))
    numbers = [waiting.payload["number"] for waiting in outbox]
    assert len(numbers) <= 1000
    assert numbers == sorted(numbers)
    assert [number for number in numbers if number % 100 == 0] == list(range(0, 3000, 100))
    assert outbox.dropped == 3000 - len(numbers)
    # The course of each transaction is there still, the newest in full.
    assert 2999 in numbers
    assert max(later - earlier for earlier, later in pairwise(numbers)) < 100


def test_news_go_first_and_at_once_when_the_operator_is_away() -> None:
    outbox = Outbox()
    outbox.put(entry(0, transaction=None))
    for number in range(1000):
        outbox.put(entry(number))
    assert (len(outbox), outbox.dropped) == (1000, 0)
    outbox.put(entry(1, transaction=None))
    outbox.forget_news()
    assert outbox.keeps
    assert all(waiting.transaction for waiting in outbox)


def test_bytes_are_bounded_too_and_a_flood_of_starts_ends_somewhere() -> None:
    outbox = Outbox()
    for number in range(100):
        outbox.put(entry(number, padding=50_000))
    assert sum(waiting.size for waiting in outbox) <= 2 * 1024 * 1024
    flooded = Outbox()
    taken = [flooded.put(entry(number, needed=True, padding=50_000)) for number in range(300)]
    assert taken.count(True) == 168
    assert flooded.dropped == 132
    assert not taken[-1]


def test_a_repetition_is_known_as_one_while_it_is_near() -> None:
    outbox = Outbox()
    assert [outbox.put(entry(1)), outbox.put(entry(1)), outbox.put(entry(2))] == [True, False, True]
    assert [outbox.put(entry(3, transaction=None)) for _ in range(2)] == [True, True]


def test_only_the_first_leaves() -> None:
    outbox = Outbox()
    first, second = entry(1), entry(2)
    outbox.put(first)
    outbox.put(second)
    outbox.delivered(second)
    assert len(outbox) == 2
    outbox.delivered(first)
    assert outbox.first is second


@pytest.mark.parametrize(
    "spoilt", [None, 7, {}, {"at": "yesterday"}, {"payload": None}, {"version": "0.9"}, {"payload": [1]}]
)
def test_what_was_kept_is_read_and_what_was_spoilt_left_out(spoilt: Any) -> None:
    outbox, again = Outbox(), Outbox()
    outbox.put(entry(1, needed=True))
    outbox.put(entry(2, transaction=None))
    kept = outbox.dump()
    broken = kept[0] | spoilt if isinstance(spoilt, dict) and spoilt else spoilt
    again.put(entry(3))
    again.restore([broken, *kept])
    assert [(one.payload["number"], one.needed) for one in again] == [(1, True), (3, False)]
    assert again.first is not None
    assert again.first.unique_id == kept[0]["unique_id"]


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"version": "9", "boot": 1, "outbox": 1, "names": [], "profiles": {}},
        {"version": None, "names": {"1": [1], "2": "x"}, "profiles": [None, {"connector_id": 1, "profile": {}}]},
    ],
)
def test_spoilt_books_are_empty_ones(kept: dict[str, Any]) -> None:
    memory = StationMemory("CP1", lambda: AT, TransactionIds(lambda: AT))
    books = Books(memory)
    books.restore(kept)
    assert books.dump() == Books(memory).dump()


def test_names_that_are_long_over_are_forgotten_first() -> None:
    names = Names()
    assert names.begin("running")
    assert not names.begin("running")
    for number in range(300):
        names.begin(str(number))
        name = names.get(str(number))
        assert name is not None
        name.operator_id, name.told = number + 1000, True
    assert names.get("running")
    assert names.ours(1299) == "299"
    assert names.ours(1000) is None
    again = Names()
    again.restore(names.dump())
    assert again.dump() == names.dump()


SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "definitions": {"Word": {"type": "string", "enum": ["Accepted", "Rejected"]}},
    "properties": {
        "word": {"$ref": "#/definitions/Word"},
        "text": {"type": "string", "maxLength": 3},
        "at": {"type": "string", "format": "date-time"},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "rate": {"type": "number", "multipleOf": 0.1},
        "truth": {"type": "boolean"},
        "anything": {},
        "inner": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        "some": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "word": {"$ref": "#/definitions/Word"}},
            },
        },
    },
}


@pytest.mark.parametrize(
    ("given", "fitted"),
    [
        ({"unknown": 1, "word": "accepted "}, {"word": "Accepted"}),
        ({"word": "Perhaps"}, {}),
        ({"text": "abcdef"}, {"text": "abc"}),
        ({"text": 12}, {"text": "12"}),
        ({"text": True}, {}),
        ({"text": None}, {}),
        ({"text": "\ud800"}, {"text": "?"}),
        ({"at": "2026-06-01T12:00:00+02:00"}, {"at": "2026-06-01T10:00:00.000Z"}),
        ({"at": "noon"}, {}),
        ({"count": "7"}, {"count": 7}),
        ({"count": 6.6}, {"count": 7}),
        ({"count": 10}, {}),
        ({"count": "many"}, {}),
        ({"count": True}, {}),
        ({"count": [1]}, {}),
        ({"rate": 6.29999}, {"rate": 6.2}),
        ({"rate": 0.3}, {"rate": 0.3}),
        ({"rate": "1e400"}, {}),
        ({"truth": False}, {"truth": False}),
        ({"truth": "false"}, {}),
        ({"anything": [1, {"b": 2}]}, {"anything": [1, {"b": 2}]}),
        ({"inner": {"a": 1, "b": 2}}, {"inner": {"a": 1, "b": 2}}),
        ({"inner": {"b": 2}}, {}),
        ({"inner": 3}, {}),
        ({"some": [{"a": 1}, {"a": 2, "word": "Perhaps"}, 3, {"a": 4}]}, {"some": [{"a": 1}]}),
        ({"some": [{"word": "Perhaps"}]}, {}),
        ({"some": {"a": 1}}, {}),
    ],
)
def test_what_fits_is_kept_and_a_reading_is_whole_or_not_there(given: Any, fitted: Any) -> None:
    assert Conformer(SCHEMA).fit(given) == fitted


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({"inner": {"a": 1}}, True),
        ({"inner": {"b": 2}}, False),
        ({"inner": 3}, False),
        ({"some": [{"a": 1}, {"a": 2}]}, True),
        ({"some": [{"a": 1}, {"a": 2, "word": "Perhaps"}]}, False),
        ({"some": [{"a": 1}] * 3}, True),
        ({"some": [{"a": 1}] * 4}, False),
        # Elsewhere it is as ever.
        ({"count": "many"}, True),
    ],
)
def test_what_has_to_be_whole_is_refused_where_a_part_does_not_fit(given: Any, fits: bool) -> None:
    conformer = Conformer(SCHEMA, whole={"inner", "some"})
    if fits:
        assert conformer.fit(given) == {key: value for key, value in given.items() if key != "count"}
    else:
        with pytest.raises(Unfit):
            conformer.fit(given)


def test_what_is_wanted_is_filled_in_where_it_can_be() -> None:
    schema = SCHEMA | {"required": ["at", "word"]}
    defaults = {"at": "2026-06-01T10:00:00Z"}
    assert Conformer(schema, defaults).fit({"at": "noon", "word": "Rejected"})["at"] == "2026-06-01T10:00:00.000Z"
    with pytest.raises(Unfit, match="word is missing"):
        Conformer(schema, defaults).fit({})
    with pytest.raises(Unfit, match="none of the words"):
        Conformer(schema, defaults).fit({"word": "Perhaps"})


def profile(limit: float = 10.0, /, **changes: Any) -> dict[str, Any]:
    """An absolute default of `limit` A from 10:00 on."""
    schedule = {
        "startSchedule": "2026-06-01T10:00:00Z",
        "chargingRateUnit": changes.pop("unit", "A"),
        "chargingSchedulePeriod": changes.pop("periods", [{"startPeriod": 0, "limit": limit}]),
    }
    if "duration" in changes:
        schedule["duration"] = changes.pop("duration")
    base = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    return base | changes


MAXIMUM = {"chargingProfileId": 2, "chargingProfilePurpose": "ChargePointMaxProfile"}
FOR_ONE = {"chargingProfileId": 3, "chargingProfilePurpose": "TxProfile"}


@pytest.mark.parametrize(
    ("profiles", "after_s", "limit_a"),
    [
        pytest.param([(1, profile(10))], 0, 10.0, id="one"),
        pytest.param([(1, profile(10))], -1, None, id="not yet"),
        pytest.param([(1, profile(10, duration=60))], 60, None, id="over"),
        pytest.param([(1, profile(10, validFrom="2026-06-01T11:00:00Z"))], 0, None, id="not valid yet"),
        pytest.param([(1, profile(10, validTo="2026-06-01T10:00:00Z"))], 0, None, id="not valid any more"),
        pytest.param([(2, profile(10))], 0, None, id="another connector"),
        pytest.param([(0, profile(10))], 0, 10.0, id="all connectors"),
        pytest.param([(0, profile(10)), (1, profile(12, chargingProfileId=9))], 0, 12.0, id="its own before all's"),
        pytest.param(
            [(1, profile(10)), (1, profile(16, chargingProfileId=9, stackLevel=3))], 0, 16.0, id="the highest level"
        ),
        pytest.param(
            [(1, profile(10)), (1, profile(16, chargingProfileId=9, stackLevel=3, duration=60))],
            60,
            10.0,
            id="which ends",
        ),
        pytest.param([(1, profile(10)), (1, profile(16, **FOR_ONE))], 0, 16.0, id="the transaction's own"),
        pytest.param(
            [(1, profile(10)), (1, profile(16, **FOR_ONE, transactionId="T9"))], 0, 10.0, id="another transaction's"
        ),
        pytest.param([(1, profile(16)), (0, profile(20, **MAXIMUM))], 0, 10.0, id="the whole is shared by two"),
        pytest.param([(1, profile(8)), (0, profile(20, **MAXIMUM))], 0, 8.0, id="the lowest of both"),
        pytest.param([(1, profile(6900, unit="W"))], 0, 10.0, id="watts"),
        pytest.param(
            [(1, profile(periods=[{"startPeriod": 0, "limit": 16, "numberPhases": 1}]))],
            0,
            5.33,
            id="one phase's power",
        ),
        pytest.param(
            [(1, profile(8, chargingProfileKind="Recurring", recurrencyKind="Daily", duration=3600))],
            3 * 86_400 + 60,
            8.0,
            id="each day",
        ),
        pytest.param(
            [(1, profile(8, chargingProfileKind="Recurring", recurrencyKind="Weekly", duration=3600))],
            3 * 86_400 + 60,
            None,
            id="each week",
        ),
        pytest.param([(1, profile(10)), (1, profile(6, chargingProfileId=9))], 0, 6.0, id="in the place of the other"),
    ],
)
def test_what_profiles_allow_a_car_on_three_phases(
    profiles: list[tuple[int, dict[str, Any]]], after_s: int, limit_a: float | None
) -> None:
    limits = OperatorLimits()
    for connector_id, payload in profiles:
        limits.put(connector_id, payload)
    again = OperatorLimits()
    again.restore(limits.dump())
    at = AT + timedelta(seconds=after_s)
    for one in (limits, again):
        limit = one.holding(1, at, Running(transaction_id="T1", started_at=AT), 2)
        assert (None if limit is None else round(limit.current_a(3, 230.0), 2)) == limit_a


@pytest.mark.parametrize(
    ("connector_id", "payload"),
    [
        pytest.param(1, {}, id="nothing"),
        pytest.param(1, profile(-1), id="negative"),
        pytest.param(1, profile(unit="V"), id="no unit"),
        pytest.param(1, profile(periods=[]), id="no periods"),
        pytest.param(1, profile(periods=[{"startPeriod": 60, "limit": 6}]), id="a gap before"),
        pytest.param(1, profile(periods=[{"startPeriod": 0, "limit": 6}] * 2), id="not in order"),
        pytest.param(1, profile(periods=[{"startPeriod": 0, "limit": 6, "numberPhases": 7}]), id="seven phases"),
        pytest.param(
            1, profile(periods=[{"startPeriod": 0, "limit": 6, "operationMode": "LocalFrequency"}]), id="a mode"
        ),
        pytest.param(1, profile(periods=[{"startPeriod": 0, "setpoint": 6}]), id="a setpoint"),
        pytest.param(1, profile(chargingProfileKind="Dynamic"), id="dynamic"),
        pytest.param(1, profile(chargingProfileKind="Recurring"), id="no recurrence"),
        pytest.param(1, profile(chargingProfilePurpose="PriorityCharging"), id="a purpose"),
        pytest.param(1, profile(**MAXIMUM), id="a maximum for one connector"),
        pytest.param(0, profile(**FOR_ONE), id="a transaction's for all"),
        pytest.param(1, profile(duration=2**40), id="for ever and a day"),
        pytest.param(1, profile() | {"chargingSchedule": [{}, {}]}, id="two schedules"),
    ],
)
def test_what_cannot_be_obeyed_as_it_is_meant_is_not_understood(connector_id: int, payload: dict[str, Any]) -> None:
    limits = OperatorLimits()
    with pytest.raises(NotUnderstood):
        limits.put(connector_id, payload)
    assert list(limits) == []


def test_there_is_room_for_so_many_profiles() -> None:
    limits = OperatorLimits()
    for number in range(64):
        limits.put(1, profile(chargingProfileId=number, stackLevel=number))
    with pytest.raises(NotUnderstood, match="no room"):
        limits.put(1, profile(chargingProfileId=64, stackLevel=64))
    assert limits.clear(stack_level=3)
    assert not limits.clear(stack_level=3)


def test_when_it_changes_next() -> None:
    limits = OperatorLimits()
    assert limits.next_change(1, AT, None) is None
    limits.put(1, profile(periods=[{"startPeriod": 0, "limit": 6}, {"startPeriod": 600, "limit": 8}], duration=900))
    limits.put(2, profile(chargingProfileId=5, validTo="2026-06-01T10:00:01Z"))
    assert limits.next_change(1, AT, None) == AT + timedelta(seconds=600)
    assert [(start_s, limit and limit.limit_a) for start_s, limit in limits.periods(1, AT, 3600, None, 1)] == [
        (0, 6.0),
        (600, 8.0),
        (900, None),
    ]


def test_a_limit_in_both_units_is_the_lower_of_both() -> None:
    limit = OperatorLimit(limit_a=16.0, power_w=2300.0, phases=3, at=AT)
    assert limit.current_a(1, 230.0) == 10.0
    assert limit.current_a(3, 230.0) == pytest.approx(3.33, abs=0.01)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ({}, None),
        ({"idTagInfo": {"status": "Blocked"}}, Authorization(status=Admittance.BLOCKED)),
        ({"idTokenInfo": {"status": "NoCredit"}}, Authorization(status=Admittance.INVALID)),
        (
            {"idTokenInfo": {"status": "Accepted", "cacheExpiryDateTime": "2026-06-01T10:00:00Z", "groupIdToken": {"idToken": "G"}}},
            Authorization(status=Admittance.ACCEPTED, expires_at=AT, group="G"),
        ),
        (
            {"idTagInfo": {"status": "Accepted", "expiryDate": "2026-06-01T10:00:00Z", "parentIdTag": "G"}},
            Authorization(status=Admittance.ACCEPTED, expires_at=AT, group="G"),
        ),
    ],
)  # fmt: skip
def test_verdicts_are_read_and_written_in_any_version(answer: dict[str, Any], verdict: Authorization | None) -> None:
    assert read_verdict(answer) == verdict
    if verdict is not None:
        name = next(iter(answer))
        assert read_verdict(put_verdict({name: {}}, verdict)) == verdict


def test_a_verdict_is_good_for_a_day_and_not_beyond_its_own_end() -> None:
    verdicts, token = Verdicts(), IdToken(text="Abc")
    assert verdicts.get(token, AT) is None
    verdicts.put(token, Authorization(status=Admittance.ACCEPTED, expires_at=AT + timedelta(hours=1)), AT)
    verdict = verdicts.get(IdToken(text="ABC"), AT)
    assert verdict is not None
    assert verdict.accepted
    late = verdicts.get(token, AT + timedelta(hours=2))
    assert late is not None
    assert late.status is Admittance.EXPIRED
    assert verdicts.get(token, AT + timedelta(hours=25)) is None
    for number in range(300):
        verdicts.put(IdToken(text=str(number)), Authorization(status=Admittance.ACCEPTED), AT)
    assert verdicts.get(token, AT) is None
