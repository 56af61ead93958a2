"""What a station is asked: profiles, commands, and calls that fail."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import (
    CallFailed,
    NoTransaction,
    StationBusy,
    StationError,
    StationOffline,
    StationRejected,
    StationTimeout,
)
from custom_components.smart_charging.csms.events import Connected, TransactionEnded
from custom_components.smart_charging.csms.rate import choose_volts, round_down
from custom_components.smart_charging.csms.records import Features, ProfileStyle, RateUnit
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station
from custom_components.smart_charging.csms.timestamps import format_timestamp, parse_timestamp

from .conftest import Clock, MakeCsms, Recorder, until
from .peer import CallError, Json, Peer, station_at


def rejects(status: str) -> Callable[[dict[str, Json]], dict[str, Json]]:
    return lambda _: {"status": status}


def fails(code: str) -> Callable[[dict[str, Json]], dict[str, Json]]:
    def answer(_payload: dict[str, Json]) -> dict[str, Json]:
        raise CallError(code)

    return answer


async def test_a_limit_for_a_transaction_replaces_itself_and_runs_out(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        transaction_id = await peer.start()
        limit = await station.set_limit(1, 10.09, phases=3, valid_s=90)
        assert await peer.asked("SetChargingProfile") == {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 16101,
                "transactionId": transaction_id,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Absolute",
                "validTo": "2026-06-01T10:01:30.000Z",
                "chargingSchedule": {
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0, "numberPhases": 3}],
                    "startSchedule": "2026-06-01T09:59:50.000Z",
                    "duration": 100,
                },
            },
        }
        assert station.connectors[1].limit == limit
        assert (limit.limit_a, limit.phases, limit.at, limit.until) == (
            10.0,
            3,
            clock.at,
            clock.at + timedelta(seconds=90),
        )
        clock.advance(45)
        await station.set_limit(1, 0, valid_s=90)
        renewed = (await peer.asked("SetChargingProfile"))["csChargingProfiles"]
        assert renewed["chargingProfileId"] == 16101
        assert renewed["validTo"] == "2026-06-01T10:02:15.000Z"
        assert renewed["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 0.0}]


async def test_a_limit_is_in_force_by_a_station_s_own_wrong_clock(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.start()
        await peer.meter(1, timestamp="1970-01-01T00:20:00Z")
        station_at_now = parse_timestamp("1970-01-01T00:20:00Z")
        assert station_at_now is not None
        assert station.clock_offset_s == (station_at_now - clock.at).total_seconds()
        await station.set_limit(1, 10, valid_s=60)
        profile = (await peer.asked("SetChargingProfile"))["csChargingProfiles"]
    assert profile["chargingSchedule"]["startSchedule"] == "1970-01-01T00:19:50.000Z"
    assert profile["validTo"] == "1970-01-01T00:21:00.000Z"


async def test_a_limit_where_absolute_schedules_are_refused(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    station.style = ProfileStyle(relative=True, stack_level=3)
    assert station.style.relative
    async with station_at(csms.port) as peer:
        await peer.start()
        clock.advance(600)
        await station.set_limit(1, 10, valid_s=60)
        profile = (await peer.asked("SetChargingProfile"))["csChargingProfiles"]
    assert (profile["chargingProfileKind"], profile["stackLevel"]) == ("Relative", 3)
    assert profile["chargingSchedule"] == {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        "duration": 660,
    }
    assert "validTo" not in profile


async def test_a_limit_in_watts_uses_the_lower_voltage(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    station.style = ProfileStyle(unit=RateUnit.W)
    async with station_at(csms.port) as peer:
        await peer.start()
        await station.set_limit(1, 10, valid_s=60)
        await peer.meter({"value": "220.5", "measurand": "Voltage"})
        await station.set_limit(1, 10, phases=1, valid_s=60)
        schedules = [
            (await peer.asked("SetChargingProfile"))["csChargingProfiles"]["chargingSchedule"] for _ in range(2)
        ]
    assert [schedule["chargingRateUnit"] for schedule in schedules] == ["W", "W"]
    assert [schedule["chargingSchedulePeriod"][0]["limit"] for schedule in schedules] == [6900.0, 2205.0]


def test_a_voltage_that_cannot_be_is_not_used() -> None:
    assert choose_volts(ProfileStyle(), 5.0) == 230.0
    assert choose_volts(ProfileStyle(), 240.0) == 230.0
    assert choose_volts(ProfileStyle(nominal_v=120.0), None) == 120.0


@given(st.floats(0, 1000))
def test_limits_are_rounded_down_never_up(limit_a: float) -> None:
    rounded = round_down(limit_a)
    assert limit_a - 0.1 <= rounded <= limit_a + 1e-6


@pytest.mark.parametrize("tenths", range(0, 640, 7))
def test_a_limit_in_tenths_is_left_as_it_is(tenths: int) -> None:
    assert round_down(tenths / 10) == tenths / 10


@pytest.mark.parametrize("limit_a", [-0.1, float("nan"), float("inf")])
async def test_what_is_no_limit_is_never_sent(csms: CentralSystem, limit_a: float) -> None:
    station = csms.station("CP1")
    for call in (
        station.set_limit(1, limit_a, valid_s=60),
        station.set_default_limit(1, limit_a),
        station.set_maximum_limit(limit_a),
    ):
        with pytest.raises(ValueError, match="is not a limit"):
            await call


async def test_a_limit_without_an_end_or_with_four_phases_is_never_sent(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    with pytest.raises(ValueError, match="has to run out"):
        await station.set_limit(1, 6, valid_s=0)
    with pytest.raises(ValueError, match="number of phases"):
        await station.set_limit(1, 6, phases=4, valid_s=60)


async def test_the_default_limit_has_no_end_and_no_time(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        limit = await station.set_default_limit(2, 6, phases=1)
        assert await peer.asked("SetChargingProfile") == {
            "connectorId": 2,
            "csChargingProfiles": {
                "chargingProfileId": 16202,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": {
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0, "numberPhases": 1}],
                },
            },
        }
    assert (limit.limit_a, limit.until) == (6.0, None)
    assert station.connectors[2].default_limit == limit


async def test_the_maximum_limit_is_the_whole_station_s(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        limit = await station.set_maximum_limit(32)
        payload = await peer.asked("SetChargingProfile")
        profile = payload["csChargingProfiles"]
        assert (payload["connectorId"], profile["chargingProfilePurpose"]) == (0, "ChargePointMaxProfile")
        assert profile["chargingSchedule"]["startSchedule"] == "2026-05-31T10:00:00.000Z"
        assert station.maximum_limit == limit
        peer.answers["SetChargingProfile"] = rejects("NotSupported")
        with pytest.raises(StationRejected) as refused:
            await station.set_maximum_limit(20)
        assert (refused.value.action, refused.value.status) == ("SetChargingProfile", "NotSupported")
        assert station.maximum_limit == limit


async def test_a_limit_that_is_refused_leaves_the_last_one_remembered(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.start()
        limit = await station.set_limit(1, 16, valid_s=60)
        for answer, error in (
            (rejects("Rejected"), StationRejected),
            (lambda _: {}, StationRejected),
            (fails("PropertyConstraintViolation"), CallFailed),
            (fails("OccurenceConstraintVoilation"), CallFailed),
        ):
            peer.answers["SetChargingProfile"] = answer
            with pytest.raises(error):
                await station.set_limit(1, 6, valid_s=60)
        assert station.connectors[1].limit == limit


async def test_a_limit_acknowledged_after_the_transaction_is_not_kept(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        transaction_id = await peer.start()
        peer.answers["SetChargingProfile"] = lambda _: None
        task = asyncio.create_task(station.set_limit(1, 6, valid_s=60))
        await peer.asked("SetChargingProfile")
        await peer.call("StopTransaction", transactionId=transaction_id)
        await recorder.wait_for(TransactionEnded)
        sent = [message for message in _drain(peer) if message[0] == 2 and message[2] == "SetChargingProfile"]
        await peer.send([3, sent[-1][1], {"status": "Accepted"}])
        await task
        assert station.connectors[1].limit is None


def _drain(peer: Peer) -> list[Any]:
    messages = []
    while not peer.raw.empty():
        messages.append(peer.raw.get_nowait())
    return messages


@pytest.mark.parametrize("status", ["Accepted", "Unknown"])
async def test_a_cleared_limit_is_gone(csms: CentralSystem, status: str) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.start()
        await station.set_limit(1, 16, valid_s=60)
        peer.answers["ClearChargingProfile"] = rejects(status)
        await station.clear_limit(1)
        assert await peer.asked("ClearChargingProfile") == {"id": 16101}
        assert station.connectors[1].limit is None


@pytest.mark.parametrize(
    ("ask", "action", "payload"),
    [
        (lambda s: s.remote_start(1, "TAG"), "RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG"}),
        (
            lambda s: s.trigger("MeterValues", 2),
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "connectorId": 2},
        ),
        (lambda s: s.trigger("Heartbeat"), "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            lambda s: s.change_availability(1, operative=False),
            "ChangeAvailability",
            {"connectorId": 1, "type": "Inoperative"},
        ),
        (
            lambda s: s.change_availability(0, operative=True),
            "ChangeAvailability",
            {"connectorId": 0, "type": "Operative"},
        ),
    ],
)
async def test_commands(
    make_csms: MakeCsms, ask: Callable[[Station], Awaitable[object]], action: str, payload: dict[str, Json]
) -> None:
    # Preparing the station would trigger messages as well: here it waits for a boot that never comes.
    csms = make_csms(limits=ServerLimits(boot_grace_s=60))
    station = csms.add_known("CP1", None)
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port) as peer:
        await until(lambda: station.connected)
        await ask(station)
        assert await peer.asked(action) == payload
        peer.answers[action] = rejects("Rejected")
        with pytest.raises(StationRejected, match=f"the station answered {action} with Rejected"):
            await ask(station)


async def test_a_change_of_availability_may_be_scheduled(csms: CentralSystem) -> None:
    async with station_at(csms.port) as peer:
        await peer.status("Charging")
        peer.answers["ChangeAvailability"] = rejects("Scheduled")
        assert await csms.station("CP1").change_availability(1, operative=False) == "Scheduled"


@pytest.mark.parametrize("id_tag", ["", "x" * 21])
async def test_an_id_tag_has_its_length(csms: CentralSystem, id_tag: str) -> None:
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        with pytest.raises(ValueError, match="1 to 20"):
            await csms.station("CP1").remote_start(1, id_tag)


async def test_what_needs_a_transaction_says_so(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        with pytest.raises(NoTransaction, match="no transaction on connector 1"):
            await station.set_limit(1, 6, valid_s=60)
        with pytest.raises(NoTransaction):
            await station.remote_stop(1)
        transaction_id = await peer.start()
        await station.remote_stop(1)
        assert await peer.asked("RemoteStopTransaction") == {"transactionId": transaction_id}


async def test_transaction_0_can_be_limited_and_stopped(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Charging")
        await peer.meter(1, transactionId=0)
        await station.set_limit(1, 6, valid_s=60)
        assert (await peer.asked("SetChargingProfile"))["csChargingProfiles"]["transactionId"] == 0
        await station.remote_stop(1)
        assert await peer.asked("RemoteStopTransaction") == {"transactionId": 0}
        await peer.call("StopTransaction", transactionId=0, meterStop=2)
        assert station.connectors[1].transaction is None


async def test_configuration_is_read_and_written(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        entries = [{"key": "A", "value": "1", "readonly": False}, {"key": "B", "value": 2}, {"key": "C"}, "odd"]
        peer.answers["GetConfiguration"] = lambda _: {"configurationKey": entries, "unknownKey": ["D"]}
        assert await station.read_configuration(["A", "D"]) == {"A": "1", "B": "2"}
        assert await station.read_configuration() == {"A": "1", "B": "2"}
        peer.answers["GetConfiguration"] = lambda _: {"configurationKey": None}
        assert await station.read_configuration() == {}
        peer.answers["ChangeConfiguration"] = rejects("RebootRequired")
        assert await station.write_configuration("A", "2") == "RebootRequired"


async def test_nothing_can_be_asked_of_a_station_that_is_away(csms: CentralSystem) -> None:
    with pytest.raises(StationOffline, match="station CP1 is not connected"):
        await csms.station("CP1").call("Reset", {"type": "Soft"})


async def test_a_call_that_is_not_answered_times_out_and_the_next_one_is_sent(make_csms: MakeCsms) -> None:
    csms = make_csms(limits=ServerLimits(call_timeout_s=0.05, boot_grace_s=60))
    station = csms.add_known("CP1", None)
    recorder = Recorder(station)
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port) as peer:
        await recorder.wait_for(Connected)
        peer.answers["Reset"] = lambda _: None
        with pytest.raises(StationTimeout, match=r"did not answer Reset within 0\.05 s"):
            await station.call("Reset", {"type": "Soft"})
        await peer.asked("Reset")
        late = _drain(peer)[-1][1]
        # The late answer must not be taken for the next call's.
        await peer.send([3, late, {"status": "Late"}])
        assert await station.call("ClearCache", {}) == {"status": "Accepted"}


async def test_calls_wait_for_each_other_in_order(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        await until(lambda: station.features is not None)
        peer.calls.clear()
        _drain(peer)
        peer.answers["First"] = lambda _: None
        tasks = [asyncio.create_task(station.call(action, {})) for action in ("First", "Second", "Third")]
        await peer.asked("First")
        # A station that is asked one thing has nothing else to read, whatever it says itself in the meantime.
        await peer.call("Heartbeat")
        assert [action for action, _ in peer.calls] == ["First"]
        first = next(message for message in _drain(peer) if message[0] == 2)
        await peer.send([3, first[1], {"number": 1, "extra": [None]}])
        assert await tasks[0] == {"number": 1, "extra": [None]}
        await asyncio.gather(*tasks)
        assert [action for action, _ in peer.calls] == ["First", "Second", "Third"]


async def test_calls_that_would_wait_too_long_are_not_taken(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        await until(lambda: station.features is not None)
        peer.answers["Wait"] = lambda _: None
        tasks = [asyncio.create_task(station.call("Wait", {})) for _ in range(32)]
        await peer.asked("Wait")
        with pytest.raises(StationBusy, match="has 32 calls waiting"):
            await station.call("Wait", {})
        await peer.drop()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StationOffline}


async def test_a_call_given_up_leaves_the_line_free(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        await until(lambda: station.features is not None)
        peer.answers["Wait"] = lambda _: None
        task = asyncio.create_task(station.call("Wait", {}))
        await peer.asked("Wait")
        task.cancel()
        assert await station.call("ClearCache", {}) == {"status": "Accepted"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([4, "{id}", "NotSupported", "no", {}], "the station could not do Reset: NotSupported no"),
        ([4, "{id}", "NotSuported"], "the station could not do Reset: NotSuported"),
        ([4, "{id}"], "the station could not do Reset:"),
    ],
)
async def test_error_answers_however_short_are_errors(csms: CentralSystem, answer: list[Json], error: str) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        await until(lambda: station.features is not None)
        _drain(peer)
        peer.answers["Reset"] = lambda _: None
        task = asyncio.create_task(station.call("Reset", {"type": "Soft"}))
        await peer.asked("Reset")
        await peer.send([answer[0], _drain(peer)[-1][1], *answer[2:]])
        with pytest.raises(StationError) as failed:
            await task
        assert str(failed.value) == error


async def test_an_answer_that_is_no_object_is_an_empty_one(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        await until(lambda: station.features is not None)
        _drain(peer)
        peer.answers["Reset"] = lambda _: None
        task = asyncio.create_task(station.call("Reset", {"type": "Soft"}))
        await peer.asked("Reset")
        await peer.send([3, _drain(peer)[-1][1], None])
        assert await task == {}


def takes(wanted: Callable[[Json], bool]) -> Callable[[Json], Json]:
    """Answers SetChargingProfile with yes to these profiles alone."""
    return lambda payload: {"status": "Accepted" if wanted(payload["csChargingProfiles"]) else "Rejected"}


@pytest.mark.parametrize(
    ("wanted", "style"),
    [
        (lambda profile: profile["stackLevel"] == 0, ProfileStyle(stack_level=0)),
        (lambda profile: profile["chargingProfileKind"] == "Relative", ProfileStyle(relative=True)),
        (lambda profile: profile["chargingSchedule"]["chargingRateUnit"] == "W", ProfileStyle(unit=RateUnit.W)),
        (
            lambda profile: "numberPhases" not in profile["chargingSchedule"]["chargingSchedulePeriod"][0],
            ProfileStyle(names_phases=False),
        ),
        (
            lambda profile: profile["chargingProfilePurpose"] == "TxDefaultProfile",
            ProfileStyle(by_default=True, stack_level=5),
        ),
        (
            lambda profile: profile["stackLevel"] == 0 and profile["chargingProfileKind"] == "Relative",
            ProfileStyle(stack_level=0, relative=True),
        ),
    ],
)
async def test_a_station_that_refuses_is_asked_otherwise_and_it_is_kept(
    csms: CentralSystem, wanted: Callable[[Json], bool], style: ProfileStyle
) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.boot()
        await until(lambda: station.features is not None)
        csms._memories["CP1"].features = Features(max_stack_level=5)
        await station.set_default_limit(1, 6, phases=1)
        await peer.start()
        peer.answers["SetChargingProfile"] = takes(wanted)
        limit = await station.set_limit(1, 10, phases=1, valid_s=60)
        assert (station.style, station.connectors[1].limit) == (style, limit)
        peer.calls.clear()
        await station.set_limit(1, 11, phases=1, valid_s=60)
        assert len(peer.calls) == 1
    assert csms._lessons.get(station.info) == style  # type: ignore[arg-type]


async def test_a_failsafe_makes_room_for_a_limit_that_goes_above_it(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.boot()
        await until(lambda: station.features is not None)
        csms._memories["CP1"].features = Features(max_stack_level=5)
        await station.set_default_limit(1, 6)
        await peer.start()
        peer.answers["SetChargingProfile"] = takes(lambda profile: profile["chargingProfilePurpose"] != "TxProfile")
        await station.set_limit(1, 10, valid_s=60)
        profiles = [payload["csChargingProfiles"] for action, payload in peer.calls if action == "SetChargingProfile"]
        assert [
            (profile["chargingProfilePurpose"], profile["stackLevel"], "validTo" in profile)
            for profile in profiles[-2:]
        ] == [("TxDefaultProfile", 0, False), ("TxDefaultProfile", 5, True)]
        await station.set_default_limit(1, 7)
        assert peer.calls[-1][1]["csChargingProfiles"]["stackLevel"] == 0


async def test_a_station_without_smart_charging_is_asked_once(csms: CentralSystem) -> None:
    station = csms.station("CP1")

    def lacks(_payload: Json) -> Json:
        raise CallError("NotImplemented")

    async with station_at(csms.port) as peer:
        await until(lambda: station.connected)
        peer.answers["SetChargingProfile"] = lacks
        with pytest.raises(CallFailed, match="NotImplemented"):
            await station.set_default_limit(1, 6)
        assert len([action for action, _ in peer.calls if action == "SetChargingProfile"]) == 1


async def test_a_station_is_given_the_time_that_it_needs(
    csms: CentralSystem, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = csms.station("CP1")
    waited: list[float] = []

    async def wait(delay_s: float) -> None:
        waited.append(delay_s)

    async with station_at(csms.port) as peer:
        await peer.boot(chargePointVendor="Free2Move eSolutions")
        await until(lambda: station.features is not None)
        await peer.start(timestamp=format_timestamp(clock.at))
        monkeypatch.setattr(asyncio, "sleep", wait)
        await station.set_limit(1, 10, valid_s=60)
        clock.advance(5)
        await station.set_limit(1, 11, valid_s=60)
    assert waited[:2] == [1.0, 0.0]
