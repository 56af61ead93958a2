"""A car park of chargers of mixed kinds: the tests' emulators, in a process of their own."""

from collections.abc import Mapping, Sequence
from typing import Final

from custom_components.smart_charging.engine.model.evse import EvState
from tests.chargers.emulators import modbus_steady as steady
from tests.chargers.emulators import modbus_watchful as watchful
from tests.chargers.emulators.ecb1 import Ecb1Emulator
from tests.chargers.emulators.emulator import Emulator
from tests.chargers.emulators.evse_wifi import EvseWifiEmulator
from tests.chargers.emulators.go_e import GoEEmulator
from tests.chargers.emulators.lektrico import LektricoEmulator
from tests.chargers.emulators.openevse import OpenEvseEmulator
from tests.chargers.emulators.openwb_pro import OpenWbProEmulator
from tests.chargers.emulators.smartevse import SmartEvseEmulator
from tests.chargers.emulators.v2c import TrydanEmulator
from tests.chargers.emulators.warp import WarpEmulator

EMULATORS: Final[Mapping[str, type[Emulator]]] = {
    "go_e": GoEEmulator,
    "warp": WarpEmulator,
    "openwb_pro": OpenWbProEmulator,
    "openevse": OpenEvseEmulator,
    "smartevse": SmartEvseEmulator,
    "v2c": TrydanEmulator,
    "lektrico": LektricoEmulator,
    "ecb1": Ecb1Emulator,
    "evse_wifi": EvseWifiEmulator,
    "modbus_keba_p40": watchful.KebaP40,
    "modbus_amperfied_connect": watchful.Amperfied,
    "modbus_vestel_evc04": watchful.Vestel,
    "modbus_webasto_next": watchful.WebastoNext,
    "modbus_alfen_eve": watchful.Alfen,
    "modbus_abb_terra_ac": watchful.AbbTerra,
    "modbus_victron_evcs": steady.VictronEvcs,
    "modbus_cfos_power_brain": steady.Cfos,
    "modbus_phoenix_charx": steady.Charx,
}
"""By their kinds in the configuration; each of these needs nothing but an address."""

_FOR_EVER_S: Final = 1e6


class Yard:
    """All of them, listening on ports of the loopback."""

    def __init__(self) -> None:
        self._emulators: list[Emulator] = []

    async def open(self, kinds: Sequence[str]) -> list[int]:
        """Switch on one of each of these kinds; their ports. A car charges at every second one."""
        for number, kind in enumerate(kinds):
            emulator = EMULATORS[kind]()
            # In tests they are in a hurry to fall back.
            emulator.watchdog_s = _FOR_EVER_S
            emulator.state = EvState.C if number % 2 else EvState.A
            emulator.current_a = 6.0 if number % 2 else 0.0
            await emulator.start()
            self._emulators.append(emulator)
        return [emulator.port for emulator in self._emulators]

    def asked(self) -> tuple[int, int]:
        """How many requests came so far, and how many were open at once at any one of them."""
        return (
            sum(emulator.requests for emulator in self._emulators),
            max(emulator.most_open_requests for emulator in self._emulators),
        )
