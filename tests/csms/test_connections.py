"""Connections come and go; what is known of a station stays."""

import asyncio
import socket
from datetime import timedelta
from http import HTTPStatus

import pytest
from websockets.exceptions import InvalidStatus, WebSocketException

from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import ListenError, StationOffline
from custom_components.smart_charging.csms.events import (
    Booted,
    Connected,
    Disconnected,
    Event,
    Measured,
    Ready,
    TransactionEnded,
    TransactionStarted,
)
from custom_components.smart_charging.csms.refusals import Refusal
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Clock, MakeCsms, Recorder, until
from .peer import PATIENCE_S, station_at


async def test_a_station_object_outlives_its_connections(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    assert (station.connected, station.last_seen) == (False, None)
    for count in (1, 2):
        async with station_at(csms.port):
            connected = await recorder.wait_for(Connected, count)
            assert station.connected
            assert (connected.address, connected.replaced) == ("127.0.0.1", False)
        await recorder.wait_for(Disconnected, count)
        assert not station.connected
    assert csms.station("CP1") is station
    assert station.identity == "CP1"
    assert station.last_seen is not None


async def test_an_answer_is_a_sign_of_life_as_well(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        clock.advance(30)
        await station.call("ClearCache", {})
        assert station.last_seen == clock.at


async def test_a_transaction_goes_on_over_a_lost_connection(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        await peer.status("Charging")
        transaction_id = await peer.start(meterStart=1000)
        clock.advance(60)
        await peer.meter(1500, transactionId=transaction_id)
        limit = await station.set_limit(1, 10, valid_s=60)
        await peer.drop()
    await recorder.wait_for(Disconnected)
    assert station.connectors[1].limit == limit
    clock.advance(600)
    async with station_at(csms.port) as peer:
        # The answer to the start was lost, so the station asks again, and gets what it got before.
        assert await peer.start(meterStart=1000) == transaction_id
        await peer.meter(4000, transactionId=transaction_id)
        assert (await recorder.wait_for(Measured, 2)).transaction_energy_wh == 3000.0
        await peer.call("StopTransaction", transactionId=transaction_id, meterStop=4500)
        assert (await recorder.wait_for(TransactionEnded)).energy_wh == 3500.0
    assert len(recorder.of(TransactionStarted)) == 1
    assert station.connectors[1].limit is None


async def test_a_restarted_csms_adopts_the_running_transaction(make_csms: MakeCsms, clock: Clock) -> None:
    first = make_csms()
    first.add_known("CP1", None)
    await first.start("127.0.0.1", 0)
    async with station_at(first.port) as peer:
        transaction_id = await peer.start(meterStart=1000)
    await first.stop()

    clock.advance(30)
    second = make_csms()
    station = second.add_known("CP1", None)
    recorder = Recorder(station)
    await second.start("127.0.0.1", 0)
    async with station_at(second.port) as peer:
        await peer.status("Charging")
        await peer.meter(2000, transactionId=transaction_id)
        started = await recorder.wait_for(TransactionStarted)
        assert (started.transaction.transaction_id, started.transaction.guessed) == (str(transaction_id), True)
        await station.set_limit(1, 6, valid_s=60)
        profile = (await peer.asked("SetChargingProfile"))["csChargingProfiles"]
        assert profile["transactionId"] == transaction_id
        clock.advance(60)
        await peer.call("StopTransaction", transactionId=transaction_id, meterStop=2600)
        assert (await recorder.wait_for(TransactionEnded)).energy_wh == 600.0
        assert await peer.start(2) > transaction_id


async def test_a_second_connection_replaces_the_first(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as old:
        await old.status("Available")
        old.answers["Reset"] = lambda _: None
        waiting = asyncio.create_task(station.call("Reset", {"type": "Soft"}))
        await old.asked("Reset")
        async with station_at(csms.port) as new:
            assert (await recorder.wait_for(Connected, 2)).replaced
            assert await old.gone() == 1000
            with pytest.raises(StationOffline):
                await waiting
            assert await station.call("ClearCache", {}) == {"status": "Accepted"}
            assert await new.asked("ClearCache") == {}
            assert station.connected
            assert recorder.of(Disconnected) == []
            assert 1 in station.connectors
    await recorder.wait_for(Disconnected)


async def test_a_reload_adds_a_known_station_again_and_keeps_it_connected(csms: CentralSystem) -> None:
    async with station_at(csms.port) as peer:
        assert csms.add_known("CP1", "now with a key") is csms.station("CP1")
        assert await peer.call("Heartbeat")
    with pytest.raises(InvalidStatus):
        async with station_at(csms.port):
            pass


async def test_a_removed_station_is_forgotten_and_hung_up_on(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.status("Available")
        csms.remove_known("CP1")
        assert await peer.gone() == 1000
    assert "CP1" not in csms.stations
    csms.remove_known("CP1")
    assert csms.station("CP1") is not station


async def test_each_new_station_is_told_of(make_csms: MakeCsms) -> None:
    told: list[str] = []
    csms = make_csms(on_station=lambda station: told.append(station.identity))
    csms.station("A")
    csms.station("A")
    csms.add_known("B", None)
    assert told == ["A", "B"]


async def test_stopping_hangs_up_and_starting_again_works(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    port = csms.port
    assert port
    async with station_at(port) as peer:
        await recorder.wait_for(Connected)
        await csms.stop()
        assert await peer.gone() == 1001
    assert csms.port is None
    assert not station.connected
    await csms.start("127.0.0.1", port)
    async with station_at(port):
        await recorder.wait_for(Connected, 2)
    await csms.start("127.0.0.1", 0)
    assert csms.port not in {None, port}


async def test_stopping_does_not_wait_for_those_that_never_ask(csms: CentralSystem) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", csms.port)
    await until(lambda: csms._doors._crowd._members)
    async with asyncio.timeout(PATIENCE_S):
        await csms.stop()
    writer.close()


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("127.0.0.1", None, "the port is already in use"),
        ("192.0.2.1", 0, "this machine has no such address"),
        ("127.0.0.1", 99999, "a port is a number from 0 to 65535"),
    ],
)
async def test_where_it_cannot_listen_it_says_why(
    csms: CentralSystem, make_csms: MakeCsms, host: str, port: int | None, sentence: str
) -> None:
    wanted = csms.port if port is None else port
    assert wanted is not None
    other = make_csms()
    with pytest.raises(ListenError) as refused:
        await other.start(host, wanted)
    assert str(refused.value) == f"cannot listen for charging stations on {host} port {wanted}: {sentence}"
    assert other.port is None
    await other.stop()


def test_the_other_reasons_not_to_listen_are_put_in_words() -> None:
    denied = ListenError("::", 80, PermissionError(13, "Permission denied"))
    assert denied.reason.startswith("there is no permission")
    assert ListenError("nowhere", 80, socket.gaierror(-2, "x")).reason == "this host name is not known"
    assert "disk on fire" in ListenError("::", 80, OSError(5, "disk on fire")).reason


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        (("ocpp1.6",), "ocpp1.6"),
        (None, None),
        (("OCPP1.6",), "OCPP1.6"),
        (("ocpp2.0.1", "ocpp1.6"), "ocpp2.0.1"),
        (("ocpp1.6", "ocpp2.0.1"), "ocpp1.6"),
        (("ocpp2.0", "ocpp2.1"), "ocpp2.1"),
    ],
)
async def test_subprotocols(csms: CentralSystem, offered: tuple[str, ...] | None, selected: str | None) -> None:
    async with station_at(csms.port, subprotocols=offered) as peer:
        assert peer.socket.subprotocol == selected
        assert await peer.call("Heartbeat")
        assert csms.station("CP1").version == (selected or "ocpp1.6").lower().removeprefix("ocpp")
    await until(lambda: csms.station("CP1").version is None)


async def test_a_station_of_another_version_is_refused(csms: CentralSystem) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with station_at(csms.port, subprotocols=("ocpp2.0", "mqtt")):
            pass
    assert refused.value.response.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("limits", [ServerLimits(sockets=2), ServerLimits(sockets_per_address=2)])
async def test_more_connections_than_there_is_room_for_are_closed(make_csms: MakeCsms, limits: ServerLimits) -> None:
    csms = make_csms(anyone=True, limits=limits)
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port, "A") as first, station_at(csms.port, "B"):
        with pytest.raises((OSError, EOFError, WebSocketException)):
            async with station_at(csms.port, "C"):
                pass
        assert await first.call("Heartbeat")
        assert csms.admission.refusals[Refusal.TOO_MANY] == 1
    await until(lambda: not csms._doors._crowd._members)
    async with station_at(csms.port, "C") as peer:
        assert await peer.call("Heartbeat")


async def test_a_subscriber_that_fails_harms_nobody(csms: CentralSystem, caplog: pytest.LogCaptureFixture) -> None:
    station = csms.station("CP1")

    def fail(_event: Event) -> None:
        raise RuntimeError("subscriber")

    station.subscribe(fail)
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        await peer.boot()
        await recorder.wait_for(Booted)
    assert "a subscriber failed on Booted" in caplog.text


async def test_a_subscription_can_end(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    events: list[Event] = []
    end, keep = station.subscribe(events.append), Recorder(station)
    end()
    end()
    async with station_at(csms.port):
        await keep.wait_for(Ready)
    assert events == []


async def test_events_come_after_the_answer(csms: CentralSystem) -> None:
    """Who calls a station on hearing of its transaction must not overtake the id that the call is about."""
    station = csms.station("CP1")
    tasks: list[asyncio.Task[object]] = []

    def react(event: Event) -> None:
        if isinstance(event, TransactionStarted):
            tasks.append(asyncio.create_task(station.set_limit(1, 6, valid_s=60)))

    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        await recorder.wait_for(Ready)
        station.subscribe(react)
        while not peer.raw.empty():
            peer.raw.get_nowait()
        await peer.start()
        await peer.asked("SetChargingProfile")
        await asyncio.gather(*tasks)
        order = [peer.raw.get_nowait()[0] for _ in range(2)]
    assert order == [3, 2]


async def test_a_transaction_is_given_up_when_the_car_has_long_left(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        await peer.start()
        await peer.status("Available")
        await peer.call("Heartbeat")
        assert station.connectors[1].transaction is not None
        clock.advance(61)
        await peer.call("Heartbeat")
        assert (await recorder.wait_for(TransactionEnded)).reason == "Lost"


async def test_readings_sent_one_by_one_are_put_together_while_they_are_fresh(
    csms: CentralSystem, clock: Clock
) -> None:
    station = csms.station("CP1")
    async with station_at(csms.port) as peer:
        await peer.meter({"value": "10", "measurand": "Current.Import", "phase": "L1"})
        clock.advance(5)
        await peer.meter({"value": "2300", "measurand": "Power.Active.Import"})
        together = station.connectors[1].measurement
        clock.advance(6)
        await peer.meter({"value": "230", "measurand": "Voltage"})
        later = station.connectors[1].measurement
    assert together is not None
    assert (together.currents_a, together.power_w, together.at) == (
        (10.0, None, None),
        2300.0,
        clock.at - timedelta(seconds=6),
    )
    assert later is not None
    assert (later.currents_a, later.power_w, later.voltage_v) == ((None, None, None), 2300.0, 230.0)
