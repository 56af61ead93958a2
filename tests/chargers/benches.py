"""Each driver on its bench: a real peer at the other end, and what the contract's tests do with it."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, ClassVar, override

from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.chargers.ocpp import OcppDriver
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.engine.model.evse import Means

from ..csms import v201
from ..csms.conftest import IMPATIENT, Clock
from ..csms.peer import Peer, station_at
from .bench import EVSE, Bench
from .modbus_benches import MODBUS_BENCHES
from .waiting import Woken
from .web_benches import WEB_BENCHES


class StationBench(Bench):
    """A station that speaks OCPP; which version of it, its subclasses say."""

    subprotocol: ClassVar[str]

    def __init__(self, driver: ChargerDriver, clock: Clock, csms: CentralSystem, connections: AsyncExitStack) -> None:
        self.driver = driver
        self.clock = clock
        self.woken = Woken()
        self.peer: Peer | None = None
        self._csms = csms
        self._connections = connections

    @property
    def station(self) -> Peer:
        """The station; only while it is connected."""
        assert self.peer is not None
        return self.peer

    @abstractmethod
    async def arrive(self) -> None:
        """Say what a station says when it is switched on."""

    @override
    async def connect(self) -> None:
        connection = station_at(self._csms.port, subprotocols=(self.subprotocol,))
        self.peer = await self._connections.enter_async_context(connection)
        await self.arrive()
        await self.peer.asked("SetChargingProfile")
        await self.woken.until(lambda: self.driver.status.offered_a is not None)

    @override
    async def disconnect(self) -> None:
        await self.station.drop()
        await self.woken.until(lambda: not self.driver.status.reachable)


class OcppBench(StationBench):
    """An OCPP 1.6 station."""

    subprotocol = "ocpp1.6"
    _transaction_id = 0

    @override
    async def arrive(self) -> None:
        await self.station.boot()
        await self.station.status("Available")

    @override
    async def charge(self) -> None:
        await self.station.status("Preparing")
        self._transaction_id = await self.station.start()
        await self.station.status("Charging")
        await self.woken.until(lambda: self.driver.status.session_started_at is not None)

    @override
    async def measure(self, current_a: float, register_kwh: float) -> None:
        phases: list[Any] = [
            {"value": str(current_a), "measurand": "Current.Import", "phase": phase, "unit": "A"}
            for phase in ("L1", "L2", "L3")
        ]
        power = {"value": str(current_a * 690), "measurand": "Power.Active.Import", "unit": "W"}
        await self.station.meter(*phases, power, register_kwh * 1000, transactionId=self._transaction_id)

    @override
    def refuse(self) -> None:
        for action in ("SetChargingProfile", "RemoteStopTransaction", "ChangeAvailability"):
            self.station.answers[action] = lambda _: {"status": "Rejected"}

    @override
    def commands(self) -> list[float]:
        return [limit_in(payload) for payload in profiles(self.station, "TxProfile")]

    @override
    def interruptions(self) -> list[Means | None]:
        return interruptions(self.station)


def interruptions(station: Peer) -> list[Means | None]:
    """What a station was told beyond a limit, oldest first; None for each release."""
    found: list[Means | None] = []
    for action, payload in station.calls:
        match action, payload:
            case "RemoteStopTransaction", _:
                found.append(Means.STOP)
            case "ChangeAvailability", {"type": kind}:
                found.append(Means.DISABLE if kind == "Inoperative" else None)
    return found


def profiles(station: Peer, purpose: str) -> list[dict[str, Any]]:
    """The charging profiles of this purpose that a station was sent, oldest first."""
    return [
        payload
        for action, payload in station.calls
        if action == "SetChargingProfile" and payload["csChargingProfiles"]["chargingProfilePurpose"] == purpose
    ]


def limit_in(profile: dict[str, Any]) -> float:
    """The limit in a SetChargingProfile."""
    periods = profile["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
    return float(periods[0]["limit"])


class Ocpp201Bench(StationBench):
    """An OCPP 2.0.1 station, which begins a transaction when a car is plugged in, and goes on at once."""

    subprotocol = "ocpp2.0.1"
    known: ClassVar = {"SmartChargingCtrlr.Enabled": "true"}
    _sequence = 0

    @override
    async def arrive(self) -> None:
        self.station.answers["GetVariables"] = v201.variables(self.known)
        self.station.answers["SetVariables"] = v201.setting("Accepted")
        await v201.boot(self.station)
        await v201.plug(self.station, "Available")

    @override
    async def charge(self) -> None:
        await v201.plug(self.station, "Occupied")
        await self._tell("Started", "EVConnected")
        await self._tell("Updated", "Charging")
        await self.woken.until(lambda: self.driver.status.session_started_at is not None)

    @override
    async def measure(self, current_a: float, register_kwh: float) -> None:
        values = v201.values(register_kwh * 1000, current_a)
        values[0]["sampledValue"].append({"value": current_a * 690, "measurand": "Power.Active.Import"})
        await self._tell("Updated", meterValue=values)

    @override
    def refuse(self) -> None:
        for action in ("SetChargingProfile", "RequestStopTransaction", "ChangeAvailability"):
            self.station.answers[action] = lambda _: {"status": "Rejected"}

    @override
    def commands(self) -> list[float]:
        sent = [payload["chargingProfile"] for action, payload in self.station.calls if action == "SetChargingProfile"]
        return [
            float(profile["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"])
            for profile in sent
            if profile["chargingProfilePurpose"] == "TxProfile"
        ]

    @override
    def interruptions(self) -> list[Means | None]:
        found: list[Means | None] = []
        for action, payload in self.station.calls:
            match action, payload:
                case "RequestStopTransaction", _:
                    found.append(Means.STOP)
                case "ChangeAvailability", {"operationalStatus": status}:
                    found.append(Means.DISABLE if status == "Inoperative" else None)
        return found

    async def _tell(self, kind: str, state: str | None = None, **payload: Any) -> None:
        await v201.event(self.station, kind, self._sequence, state, at=self.clock.at, **payload)
        self._sequence += 1


class Ocpp21Bench(Ocpp201Bench):
    """An OCPP 2.1 station, which counts the time that it is offline."""

    subprotocol = "ocpp2.1"
    known: ClassVar = Ocpp201Bench.known | {"SmartChargingCtrlr.SupportsMaxOfflineDuration": "true"}


@asynccontextmanager
async def ocpp_bench(make: type[StationBench] = OcppBench) -> AsyncIterator[Bench]:
    """Make the OCPP driver's bench, not started and not connected."""
    clock = Clock()
    csms = CentralSystem(now=clock, limits=IMPATIENT)
    csms.add_known("CP1", None)
    await csms.start("127.0.0.1", 0)
    driver = OcppDriver(csms.station("CP1"), 1, EVSE, now=clock)
    async with AsyncExitStack() as connections:
        bench = make(driver, clock, csms, connections)
        yield bench
        await driver.stop()
    await csms.stop()


type MakeBench = Callable[[], Any]
BENCHES: dict[str, dict[str, MakeBench]] = {
    "ocpp": {
        "1.6": ocpp_bench,
        "2.0.1": partial(ocpp_bench, Ocpp201Bench),
        "2.1": partial(ocpp_bench, Ocpp21Bench),
    },
    **{driver: {"": make} for driver, make in {**WEB_BENCHES, **MODBUS_BENCHES}.items()},
}
"""Of each driver, by what makes them different."""
