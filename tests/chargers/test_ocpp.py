"""What the OCPP driver does beyond the contract: the failsafe in the station, and starting without a card."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnreachableError
from custom_components.smart_charging.chargers.ocpp import OcppDriver
from custom_components.smart_charging.chargers.ocpp_start import PATIENCE
from custom_components.smart_charging.chargers.ocpp_status import EXPIRY_S
from custom_components.smart_charging.csms.errors import NoTransaction
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.engine.model.evse import Evse, EvState, Means
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from ..csms import v201
from ..csms.conftest import IMPATIENT, Clock
from ..csms.peer import CallError, Peer, station_at
from ..csms.relay import operator, target
from .bench import EVSE
from .benches import interruptions, limit_in, profiles
from .waiting import Woken


class Later:
    """Timers that go off when the test says so."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, asyncio.TimerHandle]] = []

    def __call__(self, delay_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        timer = asyncio.TimerHandle(0.0, callback, (), loop)
        self.timers.append((delay_s, timer))
        return timer

    @property
    def running(self) -> list[float]:
        return [delay_s for delay_s, timer in self.timers if not timer.cancelled()]

    def go_off(self) -> None:
        timers, self.timers = self.timers, []
        for _, timer in timers:
            if not timer.cancelled():
                timer._run()


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def later() -> Later:
    return Later()


type MakeDriver = Callable[..., OcppDriver]


@pytest.fixture
async def make_driver(clock: Clock, csms: CentralSystem, later: Later) -> AsyncIterator[MakeDriver]:
    made: list[OcppDriver] = []

    def make(evse: Evse = EVSE, server: CentralSystem = csms) -> OcppDriver:
        made.append(OcppDriver(server.station("CP1"), 1, evse, now=clock, later=later))
        return made[-1]

    yield make
    for driver in made:
        await driver.stop()


@pytest.fixture
async def driver(make_driver: MakeDriver, woken: Woken) -> OcppDriver:
    driver = make_driver()
    await driver.start(woken)
    return driver


async def ready(peer: Peer, driver: OcppDriver, woken: Woken) -> None:
    """Boot, and be prepared by the driver."""
    await peer.boot()
    await peer.asked("SetChargingProfile")
    await woken.until(lambda: driver.status.offered_a is not None)


def starts(peer: Peer) -> list[dict[str, object]]:
    return [payload for action, payload in peer.calls if action == "RemoteStartTransaction"]


async def round_trip(csms: CentralSystem) -> None:
    """Ask the station for anything: whatever was to be sent before that has been sent then."""
    await asyncio.sleep(0)
    await csms.station("CP1").read_configuration(["X"])


async def test_a_station_gets_the_failsafe_current_and_the_maximum_whenever_it_connects(
    csms: CentralSystem, driver: OcppDriver, woken: Woken
) -> None:
    for _ in range(2):
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await peer.asked("SetChargingProfile")
            assert [limit_in(profile) for profile in profiles(peer, "TxDefaultProfile")] == [6.0]
            assert [limit_in(profile) for profile in profiles(peer, "ChargePointMaxProfile")] == [16.0]
        await woken.until(lambda: not driver.status.reachable)


async def test_a_driver_made_anew_gives_a_connected_station_its_new_failsafe_current(
    csms: CentralSystem, driver: OcppDriver, make_driver: MakeDriver, woken: Woken
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await driver.stop()
        next_driver = make_driver(replace(EVSE, failsafe_a=8))
        await next_driver.start(woken)
        assert next_driver.status.offered_a == 6
        await woken.until(lambda: next_driver.status.offered_a == 8)


async def test_a_driver_made_anew_knows_what_the_station_holds(
    csms: CentralSystem, driver: OcppDriver, make_driver: MakeDriver, woken: Woken
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(10)
        await driver.stop()
        next_driver = make_driver()
        await next_driver.start(woken)
        assert next_driver.status.offered_a == 10
        assert next_driver.status.session_start_kwh == 1.0


async def test_the_maximum_is_not_set_where_it_would_bound_several_connectors(
    csms: CentralSystem, driver: OcppDriver, woken: Woken
) -> None:
    async with station_at(csms.port) as peer:
        peer.answers["GetConfiguration"] = lambda _: {
            "configurationKey": [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}]
        }
        await ready(peer, driver, woken)
        await driver.apply(0)
        assert profiles(peer, "ChargePointMaxProfile") == []


@pytest.mark.parametrize("word", ["Rejected", "NotSupported"])
async def test_a_station_that_takes_no_profile_is_told_of_once_and_its_offer_is_not_known(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, caplog: pytest.LogCaptureFixture, word: str
) -> None:
    caplog.set_level(logging.WARNING, "custom_components.smart_charging.chargers")
    async with station_at(csms.port) as peer:
        peer.answers["SetChargingProfile"] = lambda _: {"status": word}
        await peer.boot()
        await woken.until(lambda: Shortcoming.FAILSAFE_REFUSED in driver.shortcomings)
        await driver.apply(0)
        asked = len(profiles(peer, "TxDefaultProfile"))
        # No car, no current: there is nothing to refuse.
        await driver.apply(0)
        await driver.apply(0)
        assert driver.status.offered_a is None
        assert len(profiles(peer, "TxDefaultProfile")) == asked
    assert len([record for record in caplog.records if "failsafe" in record.getMessage()]) == 1


async def test_a_failsafe_current_that_was_missed_is_set_before_anything_else(
    csms: CentralSystem, driver: OcppDriver, woken: Woken
) -> None:
    async with station_at(csms.port) as peer:
        # Before it is ready, so before the driver's own turn.
        await peer.status("Available")
        await woken.until(lambda: driver.status.reachable)
        await driver.apply(0)
        assert driver.status.offered_a == 6


async def test_a_setpoint_runs_out_by_itself(csms: CentralSystem, driver: OcppDriver, woken: Woken) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(16)
        schedule = profiles(peer, "TxProfile")[0]["csChargingProfiles"]["chargingSchedule"]
        assert EXPIRY_S <= schedule["duration"] <= EXPIRY_S + 15
        assert "numberPhases" not in schedule["chargingSchedulePeriod"][0]


async def test_a_single_phase_charger_says_so(csms: CentralSystem, make_driver: MakeDriver, woken: Woken) -> None:
    driver = make_driver(replace(EVSE, phases=(Phase.L2,)))
    await driver.start(woken)
    assert driver.capabilities.phases == 1
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        schedule = profiles(peer, "TxDefaultProfile")[0]["csChargingProfiles"]["chargingSchedule"]
        assert schedule["chargingSchedulePeriod"][0]["numberPhases"] == 1


@pytest.mark.parametrize(("phases", "number"), [(None, None), (3, None), (2, 2), (1, 1)])
async def test_a_number_of_phases_is_passed_on(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, phases: int | None, number: int | None
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(10, phases)
        period = profiles(peer, "TxProfile")[-1]["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]
        assert period.get("numberPhases") == number


async def test_a_number_of_phases_ends_with_its_limit(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(10, 1)
        assert driver.status.offered_phases == 1
        clock.advance(EXPIRY_S)
        assert driver.status.offered_phases is None


async def test_a_failsafe_current_that_was_refused_and_taken_later_is_kept(
    csms: CentralSystem, driver: OcppDriver, woken: Woken
) -> None:
    async with station_at(csms.port) as peer:
        peer.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
        await peer.boot()
        await peer.asked("SetChargingProfile")
        await woken.until(lambda: Shortcoming.FAILSAFE_REFUSED in driver.shortcomings)
    async with station_at(csms.port) as peer:
        assert Shortcoming.FAILSAFE_REFUSED in driver.shortcomings
        await ready(peer, driver, woken)
        assert not driver.shortcomings


async def test_the_next_transaction_begins_with_the_failsafe_current_and_says_since_when(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await driver.apply(0)
        clock.advance(60)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        assert (driver.status.offered_a, driver.status.offered_at) == (6, clock.at)
        await driver.apply(12)
        clock.advance(60)
        await peer.call("StopTransaction", transactionId=_running(csms), meterStop=2000, reason="EVDisconnected")
        await woken.until(lambda: driver.status.session_started_at is None)
        assert driver.status.offered_a == 6


def _running(csms: CentralSystem) -> int:
    transaction = csms.station("CP1").connectors[1].transaction
    assert transaction is not None
    return int(transaction.transaction_id)


async def test_a_setpoint_without_an_answer_may_have_raised_the_charger(
    clock: Clock, make_driver: MakeDriver, woken: Woken
) -> None:
    hasty = CentralSystem(now=clock, limits=replace(IMPATIENT, call_timeout_s=0.05))
    hasty.add_known("CP1", None)
    await hasty.start("127.0.0.1", 0)
    driver = make_driver(EVSE, hasty)
    await driver.start(woken)
    async with station_at(hasty.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(10)
        peer.answers["SetChargingProfile"] = lambda _: None
        with pytest.raises(ChargerUnreachableError):
            await driver.apply(8)
        assert driver.status.offered_a == 10
        with pytest.raises(ChargerUnreachableError):
            await driver.apply(16)
        assert driver.status.offered_a == 16
        del peer.answers["SetChargingProfile"]
        await driver.apply(8)
        assert driver.status.offered_a == 8
    await hasty.stop()


async def test_a_command_that_was_given_up_may_have_raised_the_charger(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        peer.answers["SetChargingProfile"] = lambda _: None
        command = asyncio.create_task(driver.apply(16))
        while not profiles(peer, "TxProfile"):
            await peer.asked("SetChargingProfile")
        command.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await command
        assert driver.status.offered_a == 16
        clock.advance(EXPIRY_S)
        assert driver.status.offered_a == 6


async def test_a_station_that_booted_may_have_forgotten_a_lower_limit(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(0)
        clock.advance(10)
        await peer.boot()
        await woken.until(lambda: driver.status.offered_a != 0)
        assert (driver.status.offered_a, driver.status.offered_at) == (6, clock.at)
        clock.advance(1)
        await driver.apply(0)
        assert driver.status.offered_a == 0


async def test_a_station_that_returns_in_mid_transaction_keeps_it(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        transaction_id = await peer.start()
        await woken.until(lambda: driver.status.session_started_at is not None)
        session = driver.status.session_started_at
        await driver.apply(16)
        await peer.drop()
        await woken.until(lambda: not driver.status.reachable)
    clock.advance(30)
    async with station_at(csms.port) as peer:
        await woken.until(lambda: driver.status.reachable)
        assert driver.status.reachable_since == clock.at
        assert driver.status.session_started_at == session
        assert driver.status.offered_a == 16
        await driver.apply(10)
        profile = profiles(peer, "TxProfile")[-1]
        assert profile["csChargingProfiles"]["transactionId"] == transaction_id
        assert driver.status.offered_a == 10


async def test_a_transaction_that_is_not_told_is_asked_for(
    csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
) -> None:
    """As after a restart of the csms, when the station goes on charging."""
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        peer.answers["TriggerMessage"] = lambda _: {"status": "Rejected"}
        await peer.status("Charging")
        await woken.until(lambda: driver.status.state is EvState.C)
        asked = len([call for call in peer.calls if call[0] == "TriggerMessage"])
        assert driver.status.offered_a is None
        for _ in range(2):
            with pytest.raises(ChargerRefusedError, match="transaction"):
                await driver.apply(10)
        assert len([call for call in peer.calls if call[0] == "TriggerMessage"]) == asked + 1
        await peer.meter(1500, transactionId=77)
        await woken.until(lambda: driver.status.session_started_at is not None)
        await driver.apply(10)
        assert profiles(peer, "TxProfile")[-1]["csChargingProfiles"]["transactionId"] == 77
        # Where it is never told, at least what holds is known some day.
        clock.advance(EXPIRY_S)
        assert driver.status.offered_a == 6


async def test_a_lost_register_keeps_its_last_value(csms: CentralSystem, driver: OcppDriver, woken: Woken) -> None:
    async with station_at(csms.port) as peer:
        await ready(peer, driver, woken)
        await peer.meter(1500)
        await woken.until(lambda: driver.status.energy_kwh is not None)
        assert driver.status.energy_kwh == 1.5


class TestFreeStart:
    """A station that waits for a card."""

    async def test_a_car_that_waits_is_started_once_when_there_is_current_for_it(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock, later: Later
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await peer.status("Available")
            await peer.status("Preparing")
            await woken.until(lambda: driver.status.state is EvState.B)
            assert later.running == []
            await driver.apply(6)
            assert later.running == [PATIENCE.total_seconds()]
            clock.advance(PATIENCE.total_seconds())
            later.go_off()
            request = await peer.asked("RemoteStartTransaction")
            assert request == {"connectorId": 1, "idTag": "smart-charging"}
            await driver.apply(8)
            assert len(starts(peer)) == 1
            # The next car is another matter.
            await peer.status("Available")
            await peer.status("Preparing")
            clock.advance(PATIENCE.total_seconds())
            await driver.apply(6)
            await peer.asked("RemoteStartTransaction")

    async def test_a_transaction_that_waits_for_somebody_is_started_and_one_that_does_not_is_left_alone(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock, later: Later
    ) -> None:
        """In OCPP 2.0.1 a transaction may begin with the plug, before anybody has identified himself."""
        async with station_at(csms.port, subprotocols=("ocpp2.0.1",)) as peer:
            peer.answers["GetVariables"] = v201.variables({})
            peer.answers["SetVariables"] = v201.setting("Accepted")
            await v201.boot(peer)
            await woken.until(lambda: driver.status.offered_a is not None)
            await v201.event(peer, "Started", 0, "EVConnected")
            await woken.until(lambda: driver.status.session_started_at is not None)
            assert later.running == []
            await driver.apply(8)
            assert later.running == [PATIENCE.total_seconds()]
            clock.advance(PATIENCE.total_seconds())
            later.go_off()
            start = await peer.asked("RequestStartTransaction")
            assert (start["evseId"], start["idToken"]["idToken"]) == (1, "smart-charging")
            await v201.event(peer, "Updated", 1, "Charging", idToken=start["idToken"])
            await driver.apply(9)
            await v201.event(peer, "Ended", 2)
            await woken.until(lambda: driver.status.session_started_at is None)
            await v201.event(peer, "Started", 0, "Charging", transaction_id="T2")
            await woken.until(lambda: driver.status.session_started_at is not None)
            clock.advance(60)
            await driver.apply(8)
            assert len([call for call in peer.calls if call[0] == "RequestStartTransaction"]) == 1

    async def test_a_car_that_is_to_have_nothing_is_not_started(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock, later: Later
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await peer.status("Preparing")
            await woken.until(lambda: driver.status.state is EvState.B)
            clock.advance(60)
            await driver.apply(0)
            assert (later.running, starts(peer)) == ([], [])

    async def test_a_station_that_starts_by_itself_is_left_alone(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, later: Later
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await driver.apply(6)
            await peer.status("Preparing")
            await woken.until(lambda: later.running != [])
            await peer.start()
            await woken.until(lambda: driver.status.session_started_at is not None)
            assert later.running == []

    @pytest.mark.parametrize(("reason", "again"), [("Local", 0), ("Remote", 0), ("PowerLoss", 1)])
    async def test_what_was_stopped_on_purpose_is_not_started_again(
        self,
        csms: CentralSystem,
        driver: OcppDriver,
        woken: Woken,
        clock: Clock,
        reason: str,
        again: int,
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            transaction_id = await peer.start()
            await peer.call("StopTransaction", transactionId=transaction_id, meterStop=2000, reason=reason)
            await peer.status("Preparing")
            await woken.until(lambda: driver.status.state is EvState.B)
            clock.advance(60)
            await driver.apply(6)
            await round_trip(csms)
            assert len(starts(peer)) == again

    async def test_a_car_that_plugs_in_as_finishing_is_started_and_one_that_has_finished_is_not(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await driver.apply(6)
            await peer.status("Available")
            await peer.status("Finishing")
            await woken.until(lambda: driver.status.state is EvState.B)
            clock.advance(60)
            await driver.apply(6)
            await peer.asked("RemoteStartTransaction")
            transaction_id = await peer.start()
            await peer.call("StopTransaction", transactionId=transaction_id, meterStop=2000, reason="Other")
            await peer.status("Finishing")
            clock.advance(60)
            await driver.apply(6)
            await round_trip(csms)
            assert len(starts(peer)) == 1

    async def test_a_station_that_does_not_start_is_not_pestered(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock
    ) -> None:
        def fail(_payload: dict[str, object]) -> dict[str, object]:
            raise CallError("InternalError", "no")

        async with station_at(csms.port) as peer:
            peer.answers["RemoteStartTransaction"] = fail
            await ready(peer, driver, woken)
            await peer.status("Preparing")
            await woken.until(lambda: driver.status.state is EvState.B)
            clock.advance(60)
            for _ in range(3):
                await driver.apply(6)
            await round_trip(csms)
            assert len(starts(peer)) == 1

    async def test_nothing_is_started_after_the_end(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, later: Later
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await driver.apply(6)
            await peer.status("Preparing")
            await woken.until(lambda: later.running != [])
            await driver.stop()
            assert later.running == []


class TestInterruptions:
    async def test_without_a_transaction_there_is_none_to_end(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await driver.interrupt(Means.STOP)
            assert interruptions(peer) == []
            await driver.interrupt(Means.DISABLE)
            assert interruptions(peer) == [Means.DISABLE]

    async def test_the_contactor_is_opened_even_where_the_transaction_cannot_be_ended(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await peer.start()
            await woken.until(lambda: driver.status.session_started_at is not None)
            peer.answers["RemoteStopTransaction"] = lambda _: {"status": "Rejected"}
            with pytest.raises(ChargerRefusedError):
                await driver.interrupt(Means.STOP)
            await driver.interrupt(Means.DISABLE)
            assert interruptions(peer) == [Means.STOP, Means.STOP, Means.DISABLE]

    async def test_a_transaction_that_ends_meanwhile_is_what_was_wanted(
        self, driver: OcppDriver, csms: CentralSystem, woken: Woken, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await peer.start()
            await woken.until(lambda: driver.status.session_started_at is not None)
            station = csms.station("CP1")

            async def too_late(connector_id: int) -> None:
                raise NoTransaction(station.identity, connector_id)

            monkeypatch.setattr(station, "remote_stop", too_late)
            await driver.interrupt(Means.STOP)

    async def test_a_car_whose_transaction_was_ended_is_started_again_after_the_release_only(
        self, csms: CentralSystem, driver: OcppDriver, woken: Woken, clock: Clock, later: Later
    ) -> None:
        async with station_at(csms.port) as peer:
            await ready(peer, driver, woken)
            await peer.start()
            await woken.until(lambda: driver.status.session_started_at is not None)
            await driver.interrupt(Means.STOP)
            await peer.call("StopTransaction", transactionId=_running(csms), meterStop=2000, reason="Remote")
            await peer.status("Finishing")
            await woken.until(lambda: driver.status.state is EvState.B)
            clock.advance(PATIENCE.total_seconds())
            await driver.apply(10)
            later.go_off()
            await round_trip(csms)
            assert starts(peer) == []
            await driver.release()
            await peer.asked("RemoteStartTransaction")


async def test_what_an_operator_allows_is_the_chargers_ceiling(
    driver: OcppDriver, csms: CentralSystem, woken: Woken
) -> None:
    assert driver.status.ceiling_a is None
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await peer.status("Preparing")
            await theirs.asked("StatusNotification")
            profile = {
                "chargingProfileId": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": {
                    "chargingRateUnit": "W",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 230.0 * 10 * len(EVSE.phases)}],
                },
            }
            await theirs.call("SetChargingProfile", connectorId=0, csChargingProfiles=profile)
            await woken.until(lambda: driver.status.ceiling_a == 10.0)
