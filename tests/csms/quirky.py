"""A charger that behaves, whose parts a test replaces by those of one that does not; and a day in its life."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from custom_components.smart_charging.csms.events import Booted, Ready, TransactionEnded
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station
from custom_components.smart_charging.csms.timestamps import format_timestamp

from .conftest import Clock, Recorder, until
from .peer import Json, Peer, station_at

HARDWARE_A = 32.0
VOLTS = 230.0


@dataclass(frozen=True)
class Installed:
    """A profile that the charger has taken; times by its own clock."""

    purpose: str
    level: int
    limit_a: float
    start: datetime | None
    duration_s: float | None

    def holds(self, now: datetime, started_at: datetime) -> bool:
        start = self.start or started_at
        return start <= now and (self.duration_s is None or now < start + timedelta(seconds=self.duration_s))


class Charger:
    """What it says of itself, what it refuses, and how it tells what it measures. All of OCPP 1.6, with one connector.

    `clock` is ours; the charger's own is off by `offset`.
    """

    subprotocols: ClassVar[tuple[str, ...] | None] = ("ocpp1.6",)
    strict: ClassVar = True
    info: ClassVar[dict[str, str]] = {"chargePointVendor": "Acme", "chargePointModel": "One"}
    configuration: ClassVar[dict[str, str]] = {
        "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
        "ChargeProfileMaxStackLevel": "8",
        "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
        "NumberOfConnectors": "1",
        "MeterValuesSampledData": "Energy.Active.Import.Register",
        "MeterValueSampleInterval": "60",
    }
    boots: ClassVar = True
    offset: ClassVar = timedelta()

    def __init__(self, csms: CentralSystem, clock: Clock) -> None:
        self.csms = csms
        self.clock = clock
        self.station: Station = csms.station("CP1")
        self.recorder = Recorder(self.station)
        self.settings = dict(self.configuration)
        self.register_wh = 12_000.0
        self.charged_wh = 0.0
        self.profiles: dict[int, Installed] = {}
        self.transaction_id: int | None = None
        self.started_at = clock.at
        self._peer: Peer | None = None

    @property
    def peer(self) -> Peer:
        """Its connection."""
        assert self._peer is not None
        return self._peer

    @property
    def now(self) -> datetime:
        return self.clock.at + self.offset

    @property
    def timestamp(self) -> str:
        return format_timestamp(self.now)

    @property
    def held_to_a(self) -> float:
        """What it charges with, A per phase: by its profile for the transaction, otherwise its default, otherwise all."""
        for purpose in ("TxProfile", "TxDefaultProfile"):
            in_force = [
                profile
                for profile in self.profiles.values()
                if profile.purpose == purpose and profile.holds(self.now, self.started_at)
            ]
            if in_force:
                return max(in_force, key=lambda profile: profile.level).limit_a
        return HARDWARE_A

    # What it answers.

    def get_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        wanted = payload.get("key") or list(self.settings)
        known = [{"key": key, "value": self.settings[key], "readonly": False} for key in wanted if key in self.settings]
        return {"configurationKey": known, "unknownKey": [key for key in wanted if key not in self.settings]}

    def change_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        self.settings[payload["key"]] = payload["value"]
        return {"status": "Accepted"}

    def trigger_message(self, _payload: dict[str, Json]) -> dict[str, Json] | None:
        return {"status": "Accepted"}

    def refuses(self, profile: dict[str, Json]) -> bool:
        """Whether it takes no such profile."""
        of_another: bool = profile.get("transactionId", self.transaction_id) != self.transaction_id
        return of_another

    def set_charging_profile(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        profile = payload["csChargingProfiles"]
        if self.refuses(profile):
            return {"status": "Rejected"}
        schedule = profile["chargingSchedule"]
        (period,) = schedule["chargingSchedulePeriod"]
        factor = 1.0 if schedule["chargingRateUnit"] == "A" else 1.0 / VOLTS / period.get("numberPhases", 3)
        start = schedule.get("startSchedule")
        self.profiles[profile["chargingProfileId"]] = Installed(
            purpose=profile["chargingProfilePurpose"],
            level=profile["stackLevel"],
            limit_a=period["limit"] * factor,
            start=None if start is None else datetime.fromisoformat(start),
            duration_s=schedule.get("duration"),
        )
        return {"status": "Accepted"}

    # What it does.

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connect, and be ready for what the day brings."""
        readies = len(self.recorder.of(Ready))
        async with station_at(self.csms.port, subprotocols=self.subprotocols, strict=self.strict) as peer:
            self.use(peer)
            await self.announce()
            await self.recorder.wait_for(Ready, readies + 1)
            yield
        self._peer = None

    def use(self, peer: Peer) -> None:
        """Answer on this connection from now on."""
        self._peer = peer
        peer.answers |= {
            "GetConfiguration": self.get_configuration,
            "ChangeConfiguration": self.change_configuration,
            "TriggerMessage": self.trigger_message,
            "SetChargingProfile": self.set_charging_profile,
        }

    async def announce(self) -> None:
        if self.boots:
            boots = len(self.recorder.of(Booted))
            # The preparation begins anew with it; the one before must not be taken for it.
            await self.peer.call("BootNotification", **self.info)
            assert len(self.recorder.of(Booted)) == boots + 1

    async def status(self, status: str) -> None:
        await self.peer.status(status, timestamp=self.timestamp)

    async def plug_in(self) -> None:
        await self.status("Preparing")

    async def start(self) -> None:
        self.started_at = self.now
        answer = await self.peer.call(
            "StartTransaction",
            connectorId=1,
            idTag="CARD",
            meterStart=self.meter_start(),
            timestamp=self.timestamp,
        )
        self.transaction_id = answer["transactionId"]
        await self.status("Charging")

    def meter_start(self) -> int:
        return int(self.register_wh)

    async def charge(self, wh: float) -> None:
        """Charge so much, and tell."""
        seconds = max(10, int(wh / (3 * VOLTS * max(self.held_to_a, 6.0)) * 3600))
        self.clock.advance(seconds)
        self.register_wh += wh
        self.charged_wh += wh
        await self.meter()

    def sampled(self) -> list[Json]:
        """Its meter."""
        phases = ("L1", "L2", "L3")
        return [
            {"value": f"{self.register_wh:.1f}", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            *(
                {"value": str(self.held_to_a), "measurand": "Current.Import", "unit": "A", "phase": phase}
                for phase in phases
            ),
        ]

    async def meter(self) -> None:
        entry = {"timestamp": self.timestamp, "sampledValue": self.sampled()}
        await self.peer.call("MeterValues", connectorId=1, transactionId=self.transaction_id, meterValue=[entry])

    async def stop(self) -> None:
        await self.peer.call(
            "StopTransaction",
            transactionId=self.transaction_id,
            meterStop=int(self.register_wh),
            timestamp=self.timestamp,
            reason="EVDisconnected",
        )
        self.transaction_id = None
        self.profiles = {number: each for number, each in self.profiles.items() if each.purpose != "TxProfile"}
        await self.status("Finishing")
        await self.status("Available")

    # What is seen of it.

    @property
    def energy_wh(self) -> float | None:
        """What the csms says of the last transaction that ended."""
        ended = self.recorder.of(TransactionEnded)
        return ended[-1].energy_wh if ended else None

    @property
    def measured_a(self) -> Any:
        """What the csms heard last of the currents."""
        measurement = self.station.connectors[1].measurement
        return None if measurement is None else measurement.currents_a

    def asked(self, action: str) -> list[dict[str, Json]]:
        """All the payloads that this connection was asked for."""
        return [payload for name, payload in self.peer.calls if name == action]


async def live_a_day(charger: Charger) -> None:
    """Plug in, charge, be told other limits, outlive one, go on, and leave; fails where the csms did not manage."""
    station, clock = charger.station, charger.clock
    ends, charged_wh = len(charger.recorder.of(TransactionEnded)), charger.charged_wh
    async with charger.connected():
        await station.set_default_limit(1, 8)
        await charger.plug_in()
        await charger.start()
        await until(lambda: station.connectors[1].transaction)
        await charger.charge(500)
        await told(charger, 16)
        await charger.charge(1_500)
        clock.advance(30)
        await told(charger, 10)
        await charger.charge(700)
        await told(charger, 0)
        clock.advance(30)
        await told(charger, 13)
        # Nobody renews it: by the charger's own reckoning it runs out.
        clock.advance(61)
        assert charger.held_to_a == 8
        await told(charger, 20)
        await charger.charge(1_000)
        await charger.stop()
        ended = await charger.recorder.wait_for(TransactionEnded, ends + 1)
        assert ended.energy_wh == pytest.approx(charger.charged_wh - charged_wh)
        assert station.connectors[1].transaction is None
        # It goes on, whatever it has done.
        assert await charger.peer.call("Heartbeat")
    await until(lambda: not station.connected)


async def told(charger: Charger, limit_a: float) -> None:
    """Limit it, and see that it is held to that by what it has understood."""
    limit = await charger.station.set_limit(1, limit_a, phases=3, valid_s=60)
    assert limit.limit_a == limit_a
    assert charger.station.connectors[1].limit == limit
    # Watts are whole ones, rounded down.
    assert limit_a - 0.01 < charger.held_to_a <= limit_a
