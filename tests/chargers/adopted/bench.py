"""The bench of an adopted charger: real entities of a fake integration, which bear the ids of a real one."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import override

from homeassistant.core import HomeAssistant

from custom_components.smart_charging.chargers.adopted.driver import AdoptedDriver, make_adopted
from custom_components.smart_charging.chargers.adopted.finder import find_adoptable
from custom_components.smart_charging.engine.model.evse import Evse, EvState, Means

from ...csms.conftest import Clock
from ..bench import EVSE, Bench
from ..waiting import Woken
from .fake import (
    FakeBinarySensor,
    FakeButton,
    FakeCharger,
    FakeEntity,
    FakeNumber,
    FakeOnePhase,
    FakePhases,
    FakeSelect,
    FakeSensor,
    FakeSwitch,
    set_up,
)

type MakeEntities = Callable[[FakeCharger], list[FakeEntity]]


class AdoptedBench(Bench):
    """A charger of an integration that is set up, with its entities not available yet."""

    driver: AdoptedDriver

    def __init__(self, hass: HomeAssistant, charger: FakeCharger, driver: AdoptedDriver, clock: Clock) -> None:
        self.hass = hass
        self.charger = charger
        self.clock = clock
        self.woken = Woken()
        self.driver = driver

    @override
    async def connect(self) -> None:
        self.charger.there = True
        await self.shown()

    @override
    async def disconnect(self) -> None:
        self.charger.there = False
        await self.shown()

    @override
    async def charge(self) -> None:
        self.charger.state = EvState.C
        await self.shown()

    @override
    async def measure(self, current_a: float, register_kwh: float) -> None:
        self.charger.current_a, self.charger.register_kwh = current_a, register_kwh
        await self.shown()

    @override
    def refuse(self) -> None:
        self.charger.refusing = True

    @override
    def commands(self) -> list[float]:
        return self.charger.commands

    @override
    def interruptions(self) -> list[Means | None]:
        return []

    def paused(self) -> bool:
        """Whether it pauses now."""
        return self.charger.paused

    def state(self) -> EvState | None:
        """What its driver says of its state now."""
        return self.driver.status.state

    async def shown(self) -> None:
        """Let its entities say what it is."""
        self.charger.show()
        await self.hass.async_block_till_done()

    async def turn(self, state: EvState) -> None:
        self.charger.state = state
        await self.shown()


@asynccontextmanager
async def adopted_bench(
    hass: HomeAssistant, platform: str, make: MakeEntities, evse: Evse = EVSE
) -> AsyncIterator[AdoptedBench]:
    """Make the bench: the charger is found by the finder, and its driver made from what is stored of it then."""
    charger = FakeCharger()
    charger.entities = list(make(charger))
    await set_up(hass, platform, [entity for entity in charger.entities if isinstance(entity, FakeEntity)])
    (adoptable,) = find_adoptable(hass)
    clock = Clock()
    driver = make_adopted(hass, {**adoptable.data, "wiring": list(evse.phases)}, evse, clock)
    assert isinstance(driver, AdoptedDriver)
    bench = AdoptedBench(hass, charger, driver, clock)
    yield bench
    charger.failing, charger.hangs, charger.refusing, charger.deaf = None, False, False, False
    await driver.stop()


def status_words(charger: FakeCharger, **words: str) -> Callable[[], str]:
    """Tell the state in the integration's words: `a="available"`."""
    return lambda: words[charger.state.value]


def meters(
    charger: FakeCharger, template: str, power: str, energy: str, currents: str, numbers: str = "123"
) -> list[FakeEntity]:
    """The sensors of its meter; `{}` in the template is the key, and in `currents` the number of the phase."""
    return [
        FakeSensor(charger, template.replace("{}", power), lambda: charger.power_w / 1000, "kW"),
        FakeSensor(charger, template.replace("{}", energy), lambda: charger.register_kwh * 1000, "Wh"),
        *(
            FakeSensor(charger, template.replace("{}", currents.replace("{}", n)), lambda: charger.current_a, "A")
            for n in numbers
        ),
    ]


def nrgkick(charger: FakeCharger) -> list[FakeEntity]:
    """Shows within the call what it was told."""
    return [
        FakeNumber(charger, "T1_current_set", step=0.1),
        FakeSwitch(charger, "T1_charging_enabled"),
        FakePhases(charger, "T1_phase_count", least=1, most=3, unit=None),
        FakeSensor(
            charger,
            "T1_status",
            status_words(charger, a="standby", b="connected", c="charging", d="charging", f="error"),
        ),
        *meters(charger, "T1_{}", "total_active_power", "total_charged_energy", "l{}_current"),
    ]


def peblar(charger: FakeCharger) -> list[FakeEntity]:
    """Shows it with its next poll."""
    return [
        FakeNumber(charger, "P1_charge_current_limit"),
        FakeSwitch(charger, "P1_charge"),
        FakeOnePhase(charger, "P1_force_single_phase"),
        FakeSensor(
            charger, "P1_cp_state", status_words(charger, a="no_ev_connected", b="suspended", c="charging", f="fault")
        ),
        *meters(charger, "P1_{}", "power_total", "energy_total", "current_phase_{}"),
    ]


class ZeroNumber(FakeNumber):
    """A current of 0 pauses."""

    @property
    @override
    def native_value(self) -> float:
        return 0.0 if self.charger.paused else self.charger.limit_a

    @override
    async def async_set_native_value(self, value: float) -> None:
        def change() -> None:
            self.charger.paused = value == 0
            self.charger.limit_a = value or self.charger.limit_a

        await self.charger.take(change)


def lektrico(charger: FakeCharger) -> list[FakeEntity]:
    """A current of 0 pauses it."""
    return [
        ZeroNumber(charger, "50_dynamic_limit", least=0),
        FakeButton(charger, "50-charge_start", lambda: None),
        FakeSensor(charger, "50_state", status_words(charger, a="available", b="paused", c="charging", f="error")),
        *meters(charger, "50_{}", "power", "lifetime_energy", "current_l{}"),
    ]


def goecharger_mqtt(charger: FakeCharger) -> list[FakeEntity]:
    """A select pauses it, and another one switches its phases."""
    return [
        FakeNumber(charger, "07-number-amp-0"),
        FakeSelect(
            charger,
            "07-select-frc-frc",
            ["Neutral", "Don't charge", "Charge"],
            lambda: "Don't charge" if charger.paused else "Neutral",
            lambda option: lambda: charger.set_paused(paused=option == "Don't charge"),
        ),
        FakeSensor(
            charger, "07-sensor-car-car", status_words(charger, a="Idle", b="Complete", c="Charging", f="Error")
        ),
        *meters(charger, "07-sensor-{}", "nrg-11", "eto-0", "nrg-{}", "456"),
    ]


def v2c(charger: FakeCharger) -> list[FakeEntity]:
    """Its switch is on while it pauses, and two binary sensors tell its state."""
    return [
        FakeNumber(charger, "da5_intensity"),
        FakeSwitch(charger, "da5_paused", inverted=True),
        FakeBinarySensor(charger, "da5_connected", lambda: charger.state.vehicle_connected),
        FakeBinarySensor(charger, "da5_charging", lambda: charger.state.power_flows),
        FakeSensor(charger, "da5_charge_power", lambda: charger.power_w, "W"),
        FakeSensor(charger, "da5_charge_energy", lambda: 2.0, "kWh"),
    ]


def chargepoint(charger: FakeCharger) -> list[FakeEntity]:
    """A select of currents, and buttons."""
    return [
        FakeSelect(
            charger,
            "cp1_charging_amperage_limit",
            ["8", "12", "16"],
            lambda: f"{charger.limit_a:g}",
            lambda option: lambda: charger.set_limit(float(option)),
        ),
        FakeButton(charger, "cp1_start_charging_session", lambda: charger.set_paused(paused=False)),
        FakeButton(charger, "cp1_stop_charging_session", lambda: charger.set_paused(paused=True)),
        FakeSensor(charger, "cp1_plugged_in", lambda: "Plugged In" if charger.state.vehicle_connected else "Unplugged"),
        FakeSensor(charger, "cp1_charging_status", lambda: "Charging" if charger.state.power_flows else "Not Charging"),
    ]


def nexblue(charger: FakeCharger) -> list[FakeEntity]:
    """Its current is fixed, and its switch shows whether it charges."""
    return [
        FakeSwitch(charger, "NB1_charging"),
        FakeSensor(
            charger, "NB1_charging_state", status_words(charger, a="idle", b="finished", c="charging", f="error")
        ),
        FakeSensor(charger, "NB1_power", lambda: charger.power_w / 1000, "kW"),
    ]


KINDS: Mapping[str, MakeEntities] = {
    "nrgkick": nrgkick,
    "peblar": peblar,
    "lektrico": lektrico,
    "goecharger_mqtt": goecharger_mqtt,
}
"""Those that tell all that the contract asks of a charger."""
