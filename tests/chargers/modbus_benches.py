"""The benches of chargers that speak Modbus, by driver: each profile against a charger built from what is known of it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final, override

import pytest
from modbus_connection.tmodbus import ModbusConnection

from custom_components.smart_charging.chargers.modbus.device import ModbusDevice
from custom_components.smart_charging.chargers.modbus.library import load_profiles
from custom_components.smart_charging.chargers.modbus.profile import Profile, Register, Watchdog
from custom_components.smart_charging.chargers.modbus.types import params_of
from custom_components.smart_charging.chargers.network import Line

from ..csms.conftest import until
from .device_bench import TIMEOUT_S, DeviceBench
from .emulators import modbus_bender as bender
from .emulators import modbus_powered as powered
from .emulators import modbus_steady as steady
from .emulators import modbus_watchful as watchful
from .emulators.modbus import HURRY, ModbusEmulator

PROFILES: Final = load_profiles()[0]

EMULATORS: Final[Mapping[str, type[ModbusEmulator]]] = {
    "abb_terra_ac": watchful.AbbTerra,
    "alfen_eve": watchful.Alfen,
    "amperfied_connect": watchful.Amperfied,
    "bender_cc612": bender.Bender,
    "bender_cc612_legacy": bender.BenderLegacy,
    "cfos_power_brain": steady.Cfos,
    "delta_ac_max": powered.DeltaAcMax,
    "foxess_evc": powered.FoxEss,
    "go_e": steady.GoEModbus,
    "heidelberg_energy_control": watchful.Heidelberg,
    "keba_p30": watchful.KebaP30,
    "keba_p40": watchful.KebaP40,
    "mennekes_compact": watchful.MennekesCompact,
    "mennekes_hcc3": steady.MennekesHcc3,
    "nrgkick_gen2": steady.NrgKick,
    "peblar": steady.PeblarModbus,
    "phoenix_charx": steady.Charx,
    "phoenix_em_cp": steady.PhoenixEm,
    "schneider_evlink_pro": watchful.Schneider,
    "solax_g1": steady.SolaxG1,
    "solax_g2": steady.SolaxG2,
    "sungrow_ac011": watchful.Sungrow,
    "vestel_evc04": watchful.Vestel,
    "victron_evcs": steady.VictronEvcs,
    "victron_gx": steady.VictronGx,
    "webasto_next": watchful.WebastoNext,
}

# Their power comes in steps of 10 W, and of 100 W.
ROUNDING: Final = frozenset({"phoenix_em_cp", "foxess_evc"})


def hurried(profile: Profile) -> Profile:
    """The same, with every second as short as the emulators have it."""
    watchdog, failsafe = profile.watchdog, profile.failsafe
    timers = {name for name in (watchdog.timeout, failsafe and failsafe.timeout) if name}

    def shorter(register: Register) -> Register:
        return replace(register, scale=register.scale / HURRY) if register.name in timers else register

    return replace(
        profile,
        registers={name: shorter(register) for name, register in profile.registers.items()},
        spacing_s=profile.spacing_s / HURRY,
        watchdog=_hurried(watchdog),
        failsafe=failsafe and replace(failsafe, timeout_s=failsafe.timeout_s / HURRY),
    )


def _hurried(watchdog: Watchdog) -> Watchdog:
    return replace(
        watchdog,
        timeout_s=watchdog.timeout_s and watchdog.timeout_s / HURRY,
        renew_after_s=watchdog.renew_after_s and watchdog.renew_after_s / HURRY,
    )


class ModbusBench(DeviceBench):
    """A charger that speaks Modbus."""

    emulator: ModbusEmulator
    device: ModbusDevice

    def __init__(self, emulator: ModbusEmulator, device: ModbusDevice, name: str) -> None:
        super().__init__(emulator, device)
        self.name = name

    @override
    async def disconnect(self) -> None:
        # Its watchdog is that short that it must have been heard of just now.
        if self.driver.status.reachable:
            await until(lambda: self.driver.connection.last_message_at == self.clock.at)
        await super().disconnect()

    @override
    async def measure(self, current_a: float, register_kwh: float) -> None:
        if self.name in ROUNDING and self.driver._tasks:
            pytest.skip("it rounds its power")
        await super().measure(current_a, register_kwh)


@asynccontextmanager
async def modbus_bench(
    name: str, change: Callable[[Profile], Profile] = lambda profile: profile
) -> AsyncIterator[ModbusBench]:
    """Make the bench of a profile; `change` makes it another one."""
    emulator, profile = EMULATORS[name](), change(hurried(PROFILES[name]))
    # Takes a port, which the charger listens on later.
    await emulator.start()
    await emulator.stop()
    connection = ModbusConnection(params_of(profile, Line(host="127.0.0.1", port=emulator.port)))
    device = ModbusDevice(connection.for_unit(profile.unit), profile, TIMEOUT_S)
    bench = ModbusBench(emulator, device, name)
    try:
        yield bench
    finally:
        await bench.driver.stop()
        await connection.close()
        await emulator.stop()


MODBUS_BENCHES: dict[str, Callable[[], Any]] = {f"modbus-{name}": partial(modbus_bench, name) for name in EMULATORS}
