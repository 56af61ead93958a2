"""What happens after a station connected: it is asked what it can, and set to send what control needs."""

from typing import Any

import pytest

from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.events import Connected, Ready
from custom_components.smart_charging.csms.records import Features, RateUnit
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station
from custom_components.smart_charging.csms.v16.preparation import read_features

from .conftest import MakeCsms, Recorder, until
from .peer import CallError, Json, Peer, station_at

WANTED = "Current.Import,Power.Active.Import,Energy.Active.Import.Register"


class Configured:
    """A station's configuration, answering as the specification has it; `refused` are values it does not take."""

    def __init__(self, peer: Peer, refused: set[str] | None = None, **values: str) -> None:
        self.values = values
        self.written: list[tuple[str, str]] = []
        self._refused = refused or set()
        peer.answers["GetConfiguration"] = self._get
        peer.answers["ChangeConfiguration"] = self._change

    def _get(self, payload: dict[str, Json]) -> dict[str, Json]:
        wanted = payload.get("key") or list(self.values)
        known = [{"key": key, "value": self.values[key], "readonly": False} for key in wanted if key in self.values]
        return {"configurationKey": known, "unknownKey": [key for key in wanted if key not in self.values]}

    def _change(self, payload: dict[str, Json]) -> dict[str, Json]:
        self.written.append((payload["key"], payload["value"]))
        if payload["value"] in self._refused:
            return {"status": "Rejected"}
        self.values[payload["key"]] = payload["value"]
        return {"status": "Accepted"}


def fail(_payload: dict[str, Json]) -> dict[str, Json]:
    raise CallError("InternalError")


@pytest.fixture
async def patient(make_csms: MakeCsms) -> CentralSystem:
    """A csms that waits for a BootNotification for longer than any test lasts."""
    csms = make_csms(limits=ServerLimits(boot_grace_s=60))
    csms.add_known("CP1", None)
    await csms.start("127.0.0.1", 0)
    return csms


async def ready(station: Station, peer: Peer) -> Features:
    """Boot, and wait until the station is prepared."""
    recorder = Recorder(station)
    await peer.boot()
    return (await recorder.wait_for(Ready)).features


async def test_an_ordinary_station(patient: CentralSystem) -> None:
    station = patient.station("CP1")
    async with station_at(patient.port) as peer:
        configured = Configured(
            peer,
            SupportedFeatureProfiles="Core, SmartCharging,RemoteTrigger",
            ChargeProfileMaxStackLevel="8",
            ChargingScheduleAllowedChargingRateUnit="Current,Power",
            MaxChargingProfilesInstalled="10",
            ConnectorSwitch3to1PhaseSupported="TRUE",
            NumberOfConnectors="2",
            MeterValuesSampledData="Energy.Active.Import.Register",
            MeterValueSampleInterval="60",
        )
        features = await ready(station, peer)
    assert features == station.features
    assert features == Features(
        smart_charging=True,
        remote_trigger=True,
        max_stack_level=8,
        rate_units=frozenset(RateUnit),
        max_profiles=10,
        switches_phases=True,
        number_of_connectors=2,
        measurands=tuple(WANTED.split(",")),
        sample_interval_s=5,
    )
    assert configured.written == [("MeterValuesSampledData", WANTED), ("MeterValueSampleInterval", "5")]
    assert [payload for action, payload in peer.calls if action == "TriggerMessage"] == [
        {"requestedMessage": "StatusNotification", "connectorId": 1},
        {"requestedMessage": "MeterValues", "connectorId": 1},
        {"requestedMessage": "StatusNotification", "connectorId": 2},
        {"requestedMessage": "MeterValues", "connectorId": 2},
    ]


async def test_its_features_are_used_in_profiles(patient: CentralSystem) -> None:
    station = patient.station("CP1")
    async with station_at(patient.port) as peer:
        Configured(peer, ChargeProfileMaxStackLevel="8", ChargingScheduleAllowedChargingRateUnit="W")
        await ready(station, peer)
        await station.set_default_limit(1, 10, phases=1)
        profile = (await peer.asked("SetChargingProfile"))["csChargingProfiles"]
    assert profile["stackLevel"] == 8
    assert profile["chargingSchedule"]["chargingRateUnit"] == "W"
    assert profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 2300.0


@pytest.mark.parametrize(
    ("sampled", "interval"),
    [(WANTED, "5"), (WANTED + ",SoC", "1"), ("SoC, " + WANTED, "5")],
)
async def test_what_is_right_already_is_not_written(patient: CentralSystem, sampled: str, interval: str) -> None:
    async with station_at(patient.port) as peer:
        configured = Configured(peer, MeterValuesSampledData=sampled, MeterValueSampleInterval=interval)
        features = await ready(patient.station("CP1"), peer)
    assert configured.written == []
    assert features.sample_interval_s == int(interval)


@pytest.mark.parametrize(
    ("refused", "before_s", "after_s"),
    [({"5"}, "60", 10), ({"5", "10", "15"}, "30", 30), ({"5", "10", "15", "30", "60"}, "0", 0), (set[str](), "0", 5)],
)
async def test_the_shortest_interval_the_station_takes(
    patient: CentralSystem, refused: set[str], before_s: str, after_s: int
) -> None:
    async with station_at(patient.port) as peer:
        Configured(peer, refused, MeterValuesSampledData=WANTED, MeterValueSampleInterval=before_s)
        features = await ready(patient.station("CP1"), peer)
    assert features.sample_interval_s == after_s


async def test_measurands_that_are_refused_stay_as_they_were(patient: CentralSystem) -> None:
    without_power = "Current.Import,Energy.Active.Import.Register"
    async with station_at(patient.port) as peer:
        configured = Configured(
            peer, {WANTED, without_power}, MeterValuesSampledData="Voltage", MeterValueSampleInterval="5"
        )
        features = await ready(patient.station("CP1"), peer)
    assert [value for _, value in configured.written] == [WANTED, without_power]
    assert features.measurands == ("Voltage",)


@pytest.mark.parametrize(
    ("most", "written"),
    [("1", "Current.Import"), ("2", "Current.Import,Energy.Active.Import.Register"), ("3", WANTED), ("0", WANTED)],
)
async def test_no_more_measurands_are_asked_for_than_a_station_can(
    patient: CentralSystem, most: str, written: str
) -> None:
    async with station_at(patient.port) as peer:
        configured = Configured(
            peer,
            set(),
            MeterValuesSampledData="Voltage",
            MeterValuesSampledDataMaxLength=most,
            MeterValueSampleInterval="5",
            ChargingScheduleMaxPeriods="24",
        )
        features = await ready(patient.station("CP1"), peer)
    assert configured.written == [("MeterValuesSampledData", written)]
    assert features.max_periods == 24


async def test_a_meter_without_power(patient: CentralSystem) -> None:
    without_power = "Current.Import,Energy.Active.Import.Register"
    async with station_at(patient.port) as peer:
        Configured(peer, {WANTED}, MeterValuesSampledData="Voltage", MeterValueSampleInterval="5")
        features = await ready(patient.station("CP1"), peer)
        assert features.measurands == tuple(without_power.split(","))
        # And after its next boot nothing is written that is there already.
        configured = Configured(peer, {WANTED}, MeterValuesSampledData=without_power, MeterValueSampleInterval="5")
        await ready(patient.station("CP1"), peer)
    assert configured.written == [("MeterValuesSampledData", WANTED)]


async def test_a_station_that_answers_only_for_all_keys(patient: CentralSystem) -> None:
    async with station_at(patient.port) as peer:
        configured = Configured(peer, NumberOfConnectors="3")
        answer = peer.answers["GetConfiguration"]
        peer.answers["GetConfiguration"] = lambda payload: fail(payload) if "key" in payload else answer(payload)
        features = await ready(patient.station("CP1"), peer)
    assert features.number_of_connectors == 3
    assert configured.written


@pytest.mark.parametrize("odd", [{}, {"configurationKey": "none"}, {"configurationKey": [None, {"key": 5}]}])
async def test_a_station_whose_configuration_is_broken(patient: CentralSystem, odd: dict[str, Any]) -> None:
    async with station_at(patient.port) as peer:
        peer.answers = {"GetConfiguration": lambda _: odd, "ChangeConfiguration": fail, "TriggerMessage": fail}
        features = await ready(patient.station("CP1"), peer)
    assert features == Features()


async def test_a_station_that_answers_nothing_at_all(make_csms: MakeCsms) -> None:
    csms = make_csms(limits=ServerLimits(boot_grace_s=0, call_timeout_s=0.01))
    recorder = Recorder(csms.add_known("CP1", None))
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port) as peer:
        peer.answers = {
            action: lambda _: None for action in ("GetConfiguration", "ChangeConfiguration", "TriggerMessage")
        }
        assert (await recorder.wait_for(Ready)).features == Features()
    assert [action for action, _ in peer.calls].count("GetConfiguration") == 1
    assert [action for action, _ in peer.calls].count("TriggerMessage") == 1


async def test_a_station_that_never_boots_is_asked_to(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        await recorder.wait_for(Ready)
        assert await peer.asked("TriggerMessage") == {"requestedMessage": "BootNotification"}


async def test_a_station_without_triggers_is_not_asked_for_messages(patient: CentralSystem) -> None:
    async with station_at(patient.port) as peer:
        Configured(peer, SupportedFeatureProfiles="Core")
        features = await ready(patient.station("CP1"), peer)
    assert (features.remote_trigger, features.smart_charging) == (False, False)
    assert "TriggerMessage" not in [action for action, _ in peer.calls]


async def test_a_station_that_claims_many_connectors_is_not_asked_about_each(patient: CentralSystem) -> None:
    async with station_at(patient.port) as peer:
        Configured(peer, NumberOfConnectors="1000000000")
        await ready(patient.station("CP1"), peer)
    assert [action for action, _ in peer.calls].count("TriggerMessage") == 16


async def test_after_a_lost_connection_it_is_not_asked_again(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        await peer.boot()
        await recorder.wait_for(Ready)
    async with station_at(csms.port) as peer:
        again = await recorder.wait_for(Ready, 2)
        assert again.features == station.features
    assert {action for action, _ in peer.calls} == {"TriggerMessage"}


async def test_after_each_boot_it_is_asked_again(patient: CentralSystem) -> None:
    station = patient.station("CP1")
    async with station_at(patient.port) as peer:
        Configured(peer, ChargeProfileMaxStackLevel="1")
        assert (await ready(station, peer)).max_stack_level == 1
        Configured(peer, ChargeProfileMaxStackLevel="2")
        assert (await ready(station, peer)).max_stack_level == 2


async def test_a_boot_in_the_middle_of_it_starts_it_over(patient: CentralSystem) -> None:
    station = patient.station("CP1")
    recorder = Recorder(station)
    async with station_at(patient.port) as peer:
        peer.answers["GetConfiguration"] = lambda _: None
        await peer.boot()
        await peer.asked("GetConfiguration")
        Configured(peer, ChargeProfileMaxStackLevel="3")
        await peer.boot()
        assert (await recorder.wait_for(Ready)).features.max_stack_level == 3
    assert len(recorder.of(Ready)) == 1


@pytest.mark.parametrize("silent", ["GetConfiguration", "ChangeConfiguration", "TriggerMessage"])
async def test_a_connection_lost_in_the_middle_of_it_ends_it(csms: CentralSystem, silent: str) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        peer.answers[silent] = lambda _: None
        await peer.asked(silent)
        await peer.drop()
        await until(lambda: not csms.station("CP1").connected)
    await csms.stop()
    assert recorder.of(Ready) == []
    assert csms.station("CP1").features is None


async def test_a_replaced_connection_s_preparation_ends_and_the_new_one_s_goes_on(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as old:
        old.answers["GetConfiguration"] = lambda _: None
        await old.asked("GetConfiguration")
        async with station_at(csms.port):
            await recorder.wait_for(Connected, 2)
            await recorder.wait_for(Ready)


@pytest.mark.parametrize(
    ("configuration", "features"),
    [
        ({}, Features()),
        ({"ChargingScheduleAllowedChargingRateUnit": "A"}, Features(rate_units=frozenset({RateUnit.A}))),
        ({"ChargingScheduleAllowedChargingRateUnit": "Current, Power,"}, Features(rate_units=frozenset(RateUnit))),
        ({"ChargingScheduleAllowedChargingRateUnit": "Watts"}, Features()),
        ({"ChargeProfileMaxStackLevel": "many", "NumberOfConnectors": "-1"}, Features()),
        ({"ConnectorSwitch3to1PhaseSupported": "false"}, Features(switches_phases=False)),
        ({"ConnectorSwitch3to1PhaseSupported": "perhaps"}, Features()),
        ({"MeterValuesSampledData": "Voltage, SoC,"}, Features(measurands=("Voltage", "SoC"))),
    ],
)
def test_features(configuration: dict[str, str], features: Features) -> None:
    assert read_features(configuration) == features


async def test_a_boot_while_it_is_set_up_is_no_hanging_up(patient: CentralSystem) -> None:
    """Some boot late, on a connection that stays: what was being set then is set after it."""
    async with station_at(patient.port) as peer:
        configured = Configured(peer, {WANTED}, MeterValuesSampledData="Voltage", MeterValueSampleInterval="5")
        taken = peer.answers["ChangeConfiguration"]
        peer.answers["ChangeConfiguration"] = lambda _: None
        for _ in range(3):
            await peer.boot()
            await peer.asked("ChangeConfiguration")
        assert patient._memories["CP1"].hung_up == {"MeterValuesSampledData": 1}
        peer.answers["ChangeConfiguration"] = taken
        await ready(patient.station("CP1"), peer)
    assert ("MeterValuesSampledData", WANTED) in configured.written
