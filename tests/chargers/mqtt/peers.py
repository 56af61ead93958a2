"""Chargers over MQTT, each as its maker's documentation or firmware says; see the presets' `source`."""

import json
from abc import ABC, abstractmethod
from typing import Any, override

from custom_components.smart_charging.engine.model.evse import EvState

from .broker import Broker

VOLTAGE_V = 230.0


class Peer(ABC):
    """A charger. `limit_a` is what it offers while it is not paused."""

    prefix: str

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.state = EvState.A
        self.limit_a = 6.0
        self.current_a = 0.0
        self.register_kwh = 1000.0
        self.commands: list[float] = []
        self.phases = 3
        self.stopped = False
        self.refusing = False
        self.deaf = False
        broker.listen(self._take)

    def say(self, topic: str, payload: Any, *, retain: bool = False) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self.broker.say(f"{self.prefix}/{topic}", text, retain=retain)

    def _take(self, topic: str, payload: str) -> None:
        if topic.startswith(f"{self.prefix}/") and not self.deaf:
            self.receive(topic.removeprefix(f"{self.prefix}/"), payload)

    @property
    def power_w(self) -> float:
        return self.current_a * 3 * VOLTAGE_V

    def let(self, *, charge: bool) -> None:
        """A car that charges stops when it is given nothing, and goes on when it is given something."""
        if not charge and self.state is EvState.C:
            self.state, self.stopped = EvState.B, True
        elif charge and self.state is EvState.B and self.stopped:
            self.state, self.stopped = EvState.C, False

    @abstractmethod
    def receive(self, topic: str, payload: str) -> None:
        """Take what somebody publishes below its prefix."""

    @abstractmethod
    def tell(self) -> None:
        """Say all that it knows."""

    async def vanish(self) -> None:  # noqa: B027 -- for those of which somebody tells
        """Be cut off, and let that show."""

    def refuse(self) -> None:
        self.refusing = True


class Warp(Peer):
    """States are kept by the broker. It tells its uptime whatever else happens; there is no last will."""

    prefix = "warp/ABC"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.uptime = 0
        self.external = True
        self.switchable = 0
        """How far somebody may switch its phases: 0 yes, 1 no, 2 not now, 3 it is switching."""

    @override
    def receive(self, topic: str, payload: str) -> None:
        if topic == "evse/external_current_update":
            milliampere = json.loads(payload)["current"]
            assert milliampere == 0 or 6000 <= milliampere <= 32000
            assert isinstance(milliampere, int)
            self.commands.append(milliampere / 1000)
            self.limit_a = milliampere / 1000
            self.tell_limit()
        elif topic == "power_manager/external_control_update":
            phases = json.loads(payload)["phases_wanted"]
            assert phases in {1, 3}
            if self.switchable == 0:
                self.phases = phases
            self.tell_phases()

    def tell_phases(self) -> None:
        self.say("power_manager/state", {"config_error_flags": 0, "external_control": self.switchable}, retain=True)
        self.say("power_manager/external_control", {"phases_wanted": self.phases}, retain=True)

    def tell_limit(self) -> None:
        self.say("evse/external_current", {"current": round(self.limit_a * 1000)}, retain=True)

    @override
    def refuse(self) -> None:
        self.external = False
        self.tell()

    def live(self) -> None:
        self.uptime += 1000
        self.say("evse/low_level_state", {"led_state": 1, "uptime": self.uptime}, retain=True)

    @override
    def tell(self) -> None:
        number = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.D: 3, EvState.F: 4}[self.state]
        faulty = 2 if self.state is EvState.F else 0
        self.say("evse/external_enabled", {"enabled": self.external}, retain=True)
        self.say("evse/state", {"iec61851_state": number, "error_state": faulty}, retain=True)
        values = [VOLTAGE_V] * 3 + [self.current_a] * 3 + [self.power_w / 3] * 3 + [None] * 76
        self.say("meter/all_values", values, retain=True)
        self.say("meter/values", {"power": self.power_w, "energy_rel": 1, "energy_abs": self.register_kwh}, retain=True)
        self.tell_limit()
        self.tell_phases()
        self.live()


class SmartEvse(Peer):
    """Tells everything after whatever it is told, understood or not, and each 10 s."""

    prefix = "SmartEVSE-12345"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.mode = "Normal"
        self.override = 60
        self.contactor = "Always On"
        self.word = ""

    @override
    def receive(self, topic: str, payload: str) -> None:
        if topic == "Set/CurrentOverride" and not self.refusing:
            value = int(payload)
            self.commands.append(value / 10)
            if self.mode != "Solar" and (value == 0 or 60 <= value <= 160):
                self.override = value
        elif topic == "Set/Mode" and not self.refusing:
            if payload == "Pause":
                self.commands.append(0.0)
            if payload in {"Solar", "Smart"}:
                self.override = 0
            self.mode = payload
            self.let(charge=payload not in {"Off", "Pause"})
            if self.state is EvState.C:
                # It looks at its setting when it lets a car charge.
                self.phases = 1 if self.contactor == "Always Off" else 3
        elif topic == "Set/EnableC2" and not self.refusing:
            assert self.state is not EvState.C
            assert payload in {"Not present", "Always Off", "Solar Off", "Always On", "Auto"}
            self.contactor = payload
        self.tell()

    @override
    async def vanish(self) -> None:
        self.say("connected", "offline", retain=True)

    @override
    def tell(self) -> None:
        word = {EvState.A: "Ready to Charge", EvState.B: "Connected to EV", EvState.C: "Charging", EvState.D: "D"}
        self.say("connected", "online", retain=True)
        for phase in (1, 2, 3):
            self.say(f"EVCurrentL{phase}", str(round(self.current_a * 10)))
        self.say("EVImportActiveEnergy", str(round(self.register_kwh * 1000)))
        self.say("EVExportActiveEnergy", "0")
        self.say("Mode", self.mode, retain=True)
        self.say("MaxCurrent", "160", retain=True)
        self.say("ChargeCurrent", str(self.override), retain=True)
        self.say("ChargeCurrentOverride", str(self.override), retain=True)
        self.say("NrOfPhases", str(self.phases), retain=True)
        self.say("EnableC2", self.contactor, retain=True)
        self.say("State", self.word or word.get(self.state, "NOSTATE"), retain=True)
        self.say("Error", "Temperature High" if self.state is EvState.F else "None", retain=True)
        self.say("EVPlugState", "Disconnected" if self.state is EvState.A else "Connected", retain=True)
        self.say("EVChargePower", str(round(self.power_w)))
        self.say("EVEnergyCharged", "0", retain=True)


class OpenEvse(Peer):
    """Properties of an override are set one by one; one that takes no override says nothing of it."""

    prefix = "emon/openevse-7b2c"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.override: dict[str, Any] | None = None
        self.own_a = 6

    @property
    def announce(self) -> str:
        return "openevse/announce/7b2c"

    @override
    def receive(self, topic: str, payload: str) -> None:
        if topic == "override/set":
            wanted = json.loads(payload)
            self.override = {**(self.override or {}), **wanted}
            self.commands.append(0.0 if wanted["state"] == "disabled" else float(wanted["charge_current"]))
            self.tell_override()

    def tell_override(self) -> None:
        self.say("override", self.override or {"state": "null"}, retain=True)

    def release(self) -> None:
        """What it does by itself when the car is unplugged."""
        self.override = None
        self.tell_override()

    @override
    async def vanish(self) -> None:
        self.broker.say(self.announce, json.dumps({"state": "disconnected", "id": "c4", "name": "openevse-7b2c"}))

    @override
    def tell(self) -> None:
        announced = {"state": "connected", "id": "c4", "name": "openevse-7b2c", "mqtt": self.prefix}
        self.broker.say(self.announce, json.dumps(announced), retain=True)
        disabled = self.override is not None and self.override["state"] == "disabled"
        number = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.F: 6}[self.state]
        self.say("state", 254 if disabled else number)
        self.say("vehicle", int(self.state is not EvState.A))
        self.say("status", "disabled" if disabled else "active")
        self.say("amp", round(self.current_a * 1000))
        self.say("power", round(self.power_w))
        self.say("pilot", self.own_a)
        self.say("total_energy", self.register_kwh)
        self.say("session_energy", 0)
        self.tell_override()


class Prism(Peer):
    """Says only what has changed, and answers commands."""

    # Not its usual one, at which Home Assistant's own integration listens.
    prefix = "garage/prism"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.mode = 2
        self.refused = ""
        """A command that it does not take now."""

    @override
    def receive(self, topic: str, payload: str) -> None:
        port, _, command = topic.partition("/command/")
        if port != "1" or not command:
            return
        if self.refusing or command == self.refused:
            self.say(f"commandresult/{command}/error", "out of range")
            return
        if command == "set_current_limit":
            self.limit_a = float(payload)
            assert 6 <= self.limit_a <= 32
            self.commands.append(self.limit_a)
        elif command == "set_mode":
            self.mode = int(payload)
            if self.mode == 3:
                self.commands.append(0.0)
        self.say(f"commandresult/{command}/success", "")
        if command == "set_mode":
            self.say("1/mode", self.mode)

    @override
    async def vanish(self) -> None:
        # Nothing tells that it has gone; the broker may.
        await self.broker.lose()

    @override
    def tell(self) -> None:
        number = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.F: 1}[self.state]
        self.say("hello", "Silla-Prism 4.4.4 (mqtt:user_v1) (serial A00006)")
        self.say("1/state", number)
        self.say("1/mode", self.mode)
        self.say("1/error", 17 if self.state is EvState.F else 0)
        self.say("1/amp", round(self.current_a * 1000))
        self.say("1/pilot", 0 if self.mode == 3 else self.limit_a)
        self.say("1/w", self.power_w)
        self.say("1/wh", 0)
        self.say("1/wh_total", self.register_kwh * 1000)


class OpenWb(Peer):
    """Without a heartbeat for 80 s it gives nothing. Tells all of it about each second."""

    prefix = "openWB"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.heartbeats: list[dict[str, Any]] = []
        self.phases_to_use = 0
        self.switching = False

    @override
    def receive(self, topic: str, payload: str) -> None:
        if topic == "set/internal_chargepoint/0/data/set_current":
            current_a = float(json.loads(payload))
            assert current_a == 0 or 6 <= current_a <= 32
            if not self.refusing:
                self.commands.append(current_a)
                self.limit_a = current_a
                self.let(charge=current_a > 0)
        elif topic == "set/internal_chargepoint/0/data/phases_to_use":
            phases = json.loads(payload)
            assert phases in {1, 3}
            if not self.refusing:
                self.phases_to_use = phases
        elif topic == "set/internal_chargepoint/0/data/trigger_phase_switch":
            assert json.loads(payload) is True
            # Its primary lets a car stop before.
            assert self.state is not EvState.C
            self.phases, self.switching = self.phases_to_use, True
        elif topic == "set/internal_chargepoint/global_data":
            self.heartbeats.append(json.loads(payload))
        self.tell()

    @override
    def tell(self) -> None:
        get = "internal_chargepoint/0/get"
        self.say(f"{get}/currents", [self.current_a] * 3, retain=True)
        self.say(f"{get}/imported", self.register_kwh * 1000, retain=True)
        self.say(f"{get}/power", self.power_w, retain=True)
        self.say(f"{get}/charge_state", self.state is EvState.C, retain=True)
        self.say(f"{get}/plug_state", self.state is not EvState.A, retain=True)
        # While it switches, it gives nothing.
        self.say(f"{get}/evse_current", 0 if self.switching else self.limit_a, retain=True)
        self.say("internal_chargepoint/0/data/phases_to_use", self.phases_to_use, retain=True)
        self.say(f"{get}/fault_state", 2 if self.state is EvState.F else 0, retain=True)


class Own(Peer):
    """One that somebody made speak as `generic.yaml` asks for."""

    prefix = "home/charger"

    @override
    def receive(self, topic: str, payload: str) -> None:
        if topic == "limit/set":
            if not self.refusing:
                self.commands.append(float(payload))
                self.limit_a = float(payload)
                self.let(charge=self.limit_a > 0)
            self.tell()
        elif topic == "phases/set":
            assert self.state is not EvState.C
            if not self.refusing:
                self.phases = int(payload)
            self.say("phases", self.phases)

    @override
    async def vanish(self) -> None:
        self.say("available", "offline")

    @override
    def tell(self) -> None:
        self.say("available", "online")
        self.say("state", self.state.value.upper())
        self.say("current", [self.current_a] * 3)
        self.say("power", f"{self.power_w:.1f}")
        self.say("energy", f"{self.register_kwh:.2f}")
        self.say("limit", self.limit_a)
        self.say("phases", self.phases)


class EvseMqtt(Peer):
    """A bridge to a charger over Bluetooth. It tells a current that it was told until the charger has answered."""

    prefix = "evseMQTT/1368844619649410"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.bridge_a = 6

    @override
    def receive(self, topic: str, payload: str) -> None:
        if topic != "command":
            return
        ((key, value),) = json.loads(payload).items()
        assert isinstance(value, int)
        if key == "charge_amps":
            assert 6 <= value <= 32
            self.bridge_a = value
            if not self.refusing:
                self.commands.append(float(value))
                self.limit_a = float(value)
            self.bridge_a = round(self.limit_a)
            self.tell_config()
        elif key == "charge_state" and not self.refusing:
            if not value:
                self.commands.append(0.0)
            self.let(charge=bool(value))
            self.tell_charge()

    def tell_config(self) -> None:
        """After each of its heartbeats, too: it sets its clock then."""
        self.say("state/config", {"charge_amps": self.bridge_a, "rssi": -60, "language": "English", "version": "0.6.3"})

    def tell_charge(self) -> None:
        described = {
            EvState.A: ("The plug is not connected, please start charging after connecting.", 0),
            EvState.B: ("Charging completed", 0) if self.stopped else ("Charging has started, waiting for EV.", 1),
            EvState.C: ("Charging", 1),
            EvState.F: ("See Error State", 0),
        }
        description, started = described[self.state]
        plug = {EvState.A: "Disconnected", EvState.C: "Connected Locked"}.get(self.state, "Connected Unlocked")
        measured = {
            f"l{phase}_{name}": value
            for phase in (1, 2, 3)
            for name, value in (("voltage", VOLTAGE_V), ("amperage", round(self.current_a, 1)))
        }
        self.say(
            "state/charge",
            {
                **measured,
                "error_details": "CP Error" if self.state is EvState.F else "No Error",
                "total_energy": round(self.power_w / 1000, 2),
                "current_amount": round(self.register_kwh, 1),
                "current_energy": round(self.power_w) / 1000,
                "plug_state": plug,
                "output_state": "Charging" if self.state is EvState.C else "Idle",
                "charging_status_description": description,
                "charger_status": started,
            },
        )

    @override
    async def vanish(self) -> None:
        self.say("availability", "offline", retain=True)

    @override
    def tell(self) -> None:
        self.say("availability", "online", retain=True)
        self.tell_charge()
        self.tell_config()


PEERS: dict[str, type[Peer]] = {
    "evsemqtt": EvseMqtt,
    "generic": Own,
    "openevse": OpenEvse,
    "openwb_secondary": OpenWb,
    "openwb_secondary_phases": OpenWb,
    "silla_prism": Prism,
    "smartevse": SmartEvse,
    "warp": Warp,
}
