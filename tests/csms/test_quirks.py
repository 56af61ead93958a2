"""Chargers as they are: each misbehaves as its owners have reported, and each has to get through `live_a_day`."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, override

import pytest

from custom_components.smart_charging.csms.errors import StationError, StationRejected
from custom_components.smart_charging.csms.events import Booted, Ready, TransactionEnded, TransactionStarted
from custom_components.smart_charging.csms.records import ProfileStyle, RateUnit
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Clock, until
from .peer import CallError, Json, station_at
from .quirky import Charger, live_a_day, told


class Make:
    """Makes a charger of a kind, which the csms knows."""

    def __init__(self, csms: CentralSystem, clock: Clock) -> None:
        self._csms = csms
        self._clock = clock

    def __call__[Kind: Charger](self, kind: type[Kind]) -> Kind:
        return kind(self._csms, self._clock)


@pytest.fixture
def make(csms: CentralSystem, clock: Clock) -> Make:
    return Make(csms, clock)


@pytest.fixture(autouse=True)
def _no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_one_that_behaves(make: Make) -> None:
    await live_a_day(make(Charger))


class Wallbox(Charger):
    """Says nothing at all when it comes back: no boot, no status; and never sends a meter value (evcc#28539)."""

    info: ClassVar = {"chargePointVendor": "Wall Box Chargers", "chargePointModel": "Pulsar"}
    boots: ClassVar = False

    @override
    async def meter(self) -> None:
        pass


async def test_one_that_neither_boots_nor_measures(make: Make) -> None:
    charger = make(Wallbox)
    await live_a_day(charger)
    assert charger.station.info is None
    assert charger.measured_a is None


async def test_one_that_comes_back_silently_in_mid_transaction(make: Make) -> None:
    charger = make(Wallbox)
    async with charger.connected():
        await charger.start()
        await told(charger, 16)
    charger.clock.advance(20)
    async with charger.connected():
        await told(charger, 10)
        await charger.charge(400)
        await charger.stop()
        assert (await charger.recorder.wait_for(TransactionEnded)).energy_wh == 400


class RefusingWallbox(Charger):
    """Firmware that refuses every profile (evcc#15581, evcc#15864, evcc#14040), until an update."""

    updated = False

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        return not self.updated


async def test_one_that_refuses_every_limit_is_not_asked_for_ever(make: Make) -> None:
    charger = make(RefusingWallbox)
    async with charger.connected():
        await charger.start()
        with pytest.raises(StationRejected):
            await charger.station.set_limit(1, 16, phases=3, valid_s=60)
        tries = len(charger.asked("SetChargingProfile"))
        assert 5 < tries < 25
        for _ in range(5):
            with pytest.raises(StationRejected):
                await charger.station.set_limit(1, 16, phases=3, valid_s=60)
        assert len(charger.asked("SetChargingProfile")) == tries + 5
        assert charger.station.connectors[1].limit is None
        charger.updated = True
        await told(charger, 16)
        await charger.charge(300)
        await charger.stop()
        assert (await charger.recorder.wait_for(TransactionEnded)).energy_wh == 300


class TerraAC(Charger):
    """Takes profiles at stack level 0 alone, whatever it says (lbbrhzn/ocpp#1737, evcc#15493); its register begins at 0
    with each transaction; asked for all measurands, it reboots (lbbrhzn/ocpp#1275)."""

    info: ClassVar = {"chargePointVendor": "ABB", "chargePointModel": "TACW22", "firmwareVersion": "V1.8.21"}
    configuration: ClassVar = Charger.configuration | {"ChargeProfileMaxStackLevel": "3"}
    reboots = 0

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        return super().refuses(profile) or profile["stackLevel"] != 0

    @override
    def change_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        if payload["value"].count(",") > 3:
            self.reboots += 1
        return super().change_configuration(payload)

    @override
    async def start(self) -> None:
        self.register_wh = 0.0
        await super().start()


async def test_one_that_takes_the_lowest_level_alone_and_few_measurands(make: Make) -> None:
    charger = make(TerraAC)
    await live_a_day(charger)
    assert charger.reboots == 0
    assert charger.station.style == ProfileStyle(stack_level=0)


class UnknownLevelZero(TerraAC):
    """The same in another maker's housing, which no table knows."""

    info: ClassVar = {"chargePointVendor": "Relabelled", "chargePointModel": "TACW22"}


async def test_one_that_takes_the_lowest_level_alone_and_is_not_known_for_it(make: Make) -> None:
    charger = make(UnknownLevelZero)
    await live_a_day(charger)
    assert charger.station.style == ProfileStyle(stack_level=0)


class Rebooting(Charger):
    """Reboots without an answer whenever its measurands are set, whatever to (after lbbrhzn/ocpp#1275)."""

    boots: ClassVar = False
    reboots = 0

    @override
    def change_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        if payload["key"] != "MeterValuesSampledData":
            return super().change_configuration(payload)
        self.reboots += 1
        self.peer.socket.transport.abort()
        return None


async def test_one_that_reboots_when_it_is_set_up_is_left_as_it_is(make: Make) -> None:
    charger = make(Rebooting)
    for reboots in (1, 2):
        async with station_at(charger.csms.port) as peer:
            charger.use(peer)
            await peer.gone()
        assert charger.reboots == reboots
    await live_a_day(charger)
    assert charger.reboots == 2


class Elvi(Charger):
    """Refuses a maximum for the whole station, and all but stack level 0; names level 6 (lbbrhzn/ocpp#221, #1703)."""

    info: ClassVar = {"chargePointVendor": "EV-BOX", "chargePointModel": "Elvi"}
    configuration: ClassVar = Charger.configuration | {
        "ChargeProfileMaxStackLevel": "6",
        "ChargingScheduleAllowedChargingRateUnit": "Current",
    }

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        purpose = profile["chargingProfilePurpose"]
        return super().refuses(profile) or purpose == "ChargePointMaxProfile" or profile["stackLevel"] != 0


async def test_one_that_refuses_a_maximum(make: Make) -> None:
    charger = make(Elvi)
    async with charger.connected():
        with pytest.raises(StationRejected):
            await charger.station.set_maximum_limit(32)
        assert charger.station.maximum_limit is None
        assert len(charger.asked("SetChargingProfile")) == 1
    await live_a_day(charger)


class Alfen(Charger):
    """Names a car that identified itself by a text that is too long for OCPP 1.6 (evcc PR#5021), and loses the id of a
    transaction on the way: 2^63-1 stands there from then on (mobilityhouse/ocpp#617, lorenzodonini/ocpp-go#188)."""

    @override
    async def start(self) -> None:
        await self.peer.call("Authorize", idTag="PlugAndChargeIdentifier")
        self.started_at = self.now
        answer = await self.peer.call(
            "StartTransaction",
            connectorId=1,
            idTag="PlugAndChargeIdentifier",
            meterStart=self.meter_start(),
            timestamp=self.timestamp,
        )
        self.transaction_id = answer["transactionId"]
        await self.status("Charging")

    async def meter_as(self, transaction_id: int) -> None:
        entry = {"timestamp": self.timestamp, "sampledValue": self.sampled()}
        await self.peer.call("MeterValues", connectorId=1, transactionId=transaction_id, meterValue=[entry])

    @override
    async def meter(self) -> None:
        if self.charged_wh <= 500:
            await super().meter()
        else:
            await self.meter_as(2**63 - 1)


async def test_one_that_loses_a_transaction_s_id(make: Make) -> None:
    charger = make(Alfen)
    await live_a_day(charger)
    assert charger.recorder.of(TransactionStarted)[0].transaction.id_tag == "PlugAndChargeIdentifier"
    assert len(charger.recorder.of(TransactionStarted)) == 1


class Forgetful(Charger):
    """Writes a 0 for the transaction's id into every other meter value (mobilityhouse/ocpp#478)."""

    turn = 0

    @override
    async def meter(self) -> None:
        self.turn += 1
        entry = {"timestamp": self.timestamp, "sampledValue": self.sampled()}
        transaction_id = self.transaction_id if self.turn % 2 else 0
        await self.peer.call("MeterValues", connectorId=1, transactionId=transaction_id, meterValue=[entry])


async def test_one_that_calls_its_transaction_0_now_and_then(make: Make) -> None:
    charger = make(Forgetful)
    await live_a_day(charger)
    assert len(charger.recorder.of(TransactionStarted)) == 1


class GoE(Charger):
    """Takes amperes alone, and no number of phases; refuses every TriggerMessage (goecharger/go-eCharger-API-v2#134, #154,
    #190, #249)."""

    info: ClassVar = {"chargePointVendor": "go-eCharger", "chargePointModel": "V3"}
    configuration: ClassVar = {
        key: value for key, value in Charger.configuration.items() if key != "ChargingScheduleAllowedChargingRateUnit"
    }

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        schedule = profile["chargingSchedule"]
        (period,) = schedule["chargingSchedulePeriod"]
        return super().refuses(profile) or schedule["chargingRateUnit"] != "A" or "numberPhases" in period

    @override
    def trigger_message(self, _payload: dict[str, Json]) -> dict[str, Json] | None:
        return {"status": "Rejected"}


async def test_one_that_takes_no_number_of_phases(make: Make) -> None:
    charger = make(GoE)
    await live_a_day(charger)
    assert charger.station.style == ProfileStyle(unit=RateUnit.A, names_phases=False)


class GrizzlE(Charger):
    """Names no subprotocol (lbbrhzn/ocpp#899), sends JSON that is none (lbbrhzn/ocpp#442), misspells error codes, and does
    not know a maximum for the whole station."""

    subprotocols: ClassVar = None

    @override
    def set_charging_profile(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        if payload["csChargingProfiles"]["chargingProfilePurpose"] == "ChargePointMaxProfile":
            raise CallError("OccurenceConstraintViolaton", "no\nsuch thing")
        return super().set_charging_profile(payload)

    @override
    async def plug_in(self) -> None:
        await self.peer.send(
            '[2,"b1","StatusNotification",{"connectorId":1,"status":"Preparing","errorCode":"NoError",}]'
        )
        await self.peer.send('[2,"b2","MeterValues",{"connectorId":1,"meterValue":[{"sampledValue":[{"value":')
        await super().plug_in()


async def test_one_that_sends_broken_json(make: Make) -> None:
    charger = make(GrizzlE)
    async with charger.connected():
        with pytest.raises(StationError, match="OccurenceConstraintViolaton no"):
            await charger.station.set_maximum_limit(32)
    await live_a_day(charger)


class Autel(Charger):
    """Stays in Finishing, whatever comes after (lbbrhzn/ocpp#1019, #1523, #1955); EN+ says so as a car is plugged in
    (evcc#15752)."""

    @override
    async def status(self, status: str) -> None:
        await self.peer.status("Finishing" if status != "Available" else status, timestamp=self.timestamp)


async def test_one_that_is_always_finishing(make: Make) -> None:
    charger = make(Autel)
    await live_a_day(charger)
    await live_a_day(charger)
    assert [event.energy_wh for event in charger.recorder.of(TransactionEnded)] == [3_700, 3_700]


class Zaptec(Charger):
    """Sends no meter values unless told to (an interval of 0), and energy in kWh."""

    configuration: ClassVar = Charger.configuration | {"MeterValueSampleInterval": "0"}

    @override
    def sampled(self) -> list[Json]:
        energy, *others = super().sampled()
        return [energy | {"value": f"{self.register_wh / 1000:.3f}", "unit": "kWh"}, *others]


async def test_one_that_sends_kilowatt_hours(make: Make) -> None:
    charger = make(Zaptec)
    await live_a_day(charger)
    assert charger.settings["MeterValueSampleInterval"] == "5"


class Slow(Charger):
    """Takes no interval below 30 s (Easee)."""

    @override
    def change_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        if payload["key"] == "MeterValueSampleInterval" and int(payload["value"]) < 30:
            return {"status": "Rejected"}
        return super().change_configuration(payload)


async def test_one_that_measures_seldom(make: Make) -> None:
    charger = make(Slow)
    await live_a_day(charger)
    features = charger.station.features
    assert features is not None
    assert features.sample_interval_s == 30


class Schneider(Charger):
    """Refuses every profile until an external system is allowed to manage it, and names stack level 999
    (lbbrhzn/ocpp#877)."""

    info: ClassVar = {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVlink"}
    configuration: ClassVar = Charger.configuration | {"ChargeProfileMaxStackLevel": "999"}
    managed = False

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        return super().refuses(profile) or not self.managed or profile["stackLevel"] > 999


async def test_one_that_has_to_be_allowed_first(make: Make) -> None:
    charger = make(Schneider)
    async with charger.connected():
        with pytest.raises(StationRejected):
            await charger.station.set_default_limit(1, 8)
        assert charger.station.advice == "external_control_off"
    charger.managed = True
    await live_a_day(charger)
    assert {profile.level for profile in charger.profiles.values()} == {999}


class Free2Move(Charger):
    """Refuses a profile within a second of the answer to StartTransaction (lbbrhzn/ocpp#2080)."""

    info: ClassVar = {"chargePointVendor": "Free2Move eSolutions", "chargePointModel": "ePro"}

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        early = profile["chargingProfilePurpose"] == "TxProfile" and self.now < self.started_at + timedelta(seconds=1)
        return super().refuses(profile) or early


async def test_one_that_needs_a_moment_after_the_start(
    make: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(delay_s: float, _sleep: Callable[[float], Any] = asyncio.sleep) -> None:
        clock.advance(delay_s)
        await _sleep(0)

    monkeypatch.setattr(asyncio, "sleep", wait)
    charger = make(Free2Move)
    async with charger.connected():
        await charger.start()
        await told(charger, 16)
        assert charger.station.style == ProfileStyle()
        await charger.stop()
    await live_a_day(charger)


class Etrel(Charger):
    """Calls its transactions by names of its own (lbbrhzn/ocpp#1000)."""

    @override
    async def start(self) -> None:
        await super().start()
        self.transaction_id = 7_001


async def test_one_that_calls_its_transactions_its_own_names(make: Make) -> None:
    charger = make(Etrel)
    await live_a_day(charger)
    assert len(charger.recorder.of(TransactionStarted)) == 1


class Huawei(Charger):
    """Takes watts alone, in whole ones (lbbrhzn/ocpp#1810)."""

    info: ClassVar = {"chargePointVendor": "Huawei", "chargePointModel": "AC"}
    configuration: ClassVar = Charger.configuration | {"ChargingScheduleAllowedChargingRateUnit": "Power"}

    @override
    def refuses(self, profile: dict[str, Json]) -> bool:
        schedule = profile["chargingSchedule"]
        (period,) = schedule["chargingSchedulePeriod"]
        return (
            super().refuses(profile) or schedule["chargingRateUnit"] != "W" or period["limit"] != int(period["limit"])
        )


async def test_one_that_takes_watts_alone(make: Make) -> None:
    await live_a_day(make(Huawei))


class Growatt(Charger):
    """Sends with each reading the one that the transaction began with, behind it (lbbrhzn/ocpp#1838, #1709)."""

    began_wh = 0.0

    @override
    async def start(self) -> None:
        self.began_wh = self.register_wh
        await super().start()

    @override
    def sampled(self) -> list[Json]:
        energy, *others = super().sampled()
        now = energy | {"context": "Sample.Periodic"}
        return [now, energy | {"context": "Transaction.Begin", "value": str(self.began_wh)}, *others]


async def test_one_that_sends_its_first_reading_again_and_again(make: Make) -> None:
    charger = make(Growatt)
    async with charger.connected():
        await charger.start()
        await charger.charge(400)
        assert charger.station.connectors[1].transaction_energy_wh == 400
        await charger.stop()
    await live_a_day(charger)


class In1970(Charger):
    """Has no clock of its own, and never sets it by ours."""

    offset: ClassVar = datetime(1970, 1, 1, tzinfo=UTC) - datetime(2026, 6, 1, 9, 58, tzinfo=UTC)


async def test_one_whose_clock_began_with_its_power(make: Make) -> None:
    await live_a_day(make(In1970))


class BackToZero(Charger):
    """Its register falls to 0 in mid-transaction."""

    @override
    async def charge(self, wh: float) -> None:
        await super().charge(wh)
        if self.charged_wh == 2_000:
            self.register_wh = 0.0
            await self.meter()


async def test_one_whose_register_falls(make: Make) -> None:
    await live_a_day(make(BackToZero))


class CountsFromZero(Charger):
    """Counts from 0 in its meter values, and from its meter's register at the start and the end (matth-x/MicroOcpp#66)."""

    began_wh = 0.0

    @override
    async def start(self) -> None:
        self.began_wh = self.register_wh
        await super().start()

    @override
    def sampled(self) -> list[Json]:
        energy, *others = super().sampled()
        return [energy | {"value": str(self.register_wh - self.began_wh)}, *others]

    @override
    async def stop(self) -> None:
        self.clock.advance(120)
        await super().stop()


async def test_one_that_counts_from_zero_in_between(make: Make) -> None:
    charger = make(CountsFromZero)
    await live_a_day(charger)
    await live_a_day(charger)


class Careless(Charger):
    """Says Wh and means kWh in its meter values, and not at the start and the end."""

    @override
    def sampled(self) -> list[Json]:
        energy, *others = super().sampled()
        return [energy | {"value": f"{self.register_wh / 1000:.3f}"}, *others]


async def test_one_that_means_kilowatt_hours(make: Make) -> None:
    charger = make(Careless)
    async with charger.connected():
        await charger.start()
        await charger.charge(400)
        await charger.charge(600)
        assert charger.station.connectors[1].transaction_energy_wh == pytest.approx(1_000)
        await charger.stop()
    await live_a_day(charger)


class Mennekes(Charger):
    """Drops its connection now and then (evcc#32236), here at the worst of times: with a limit on the way."""

    drops = 0

    @override
    def set_charging_profile(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        if self.drops < 1:
            self.drops += 1
            self.peer.socket.transport.abort()
            return None
        return super().set_charging_profile(payload)


async def test_one_that_drops_its_connection(make: Make) -> None:
    charger = make(Mennekes)
    async with charger.connected():
        await charger.start()
        with pytest.raises(StationError):
            await charger.station.set_limit(1, 16, phases=3, valid_s=60)
        assert charger.station.connectors[1].limit is None
    async with charger.connected():
        await told(charger, 16)
        await charger.charge(300)
        await charger.stop()
    assert charger.energy_wh == 300
    await live_a_day(charger)


class NoAnswers(Charger):
    """Answers nothing about its configuration (evcc PR#4842)."""

    @override
    def get_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        raise CallError("NotSupported")

    @override
    def change_configuration(self, payload: dict[str, Json]) -> dict[str, Json] | None:
        raise CallError("NotSupported")


async def test_one_that_tells_nothing_of_its_configuration(make: Make) -> None:
    charger = make(NoAnswers)
    await live_a_day(charger)
    assert charger.recorder.of(Ready)
    assert charger.recorder.of(Booted)
    await until(lambda: not charger.station.connected)
