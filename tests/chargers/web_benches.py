"""The benches of chargers that speak HTTP, UDP or WebSocket, by driver."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import ClientSession

from custom_components.smart_charging.chargers.ecb1 import Ecb1
from custom_components.smart_charging.chargers.evse_wifi import EvseWifi
from custom_components.smart_charging.chargers.go_e import GoE
from custom_components.smart_charging.chargers.keba import Keba
from custom_components.smart_charging.chargers.keba_line import Line
from custom_components.smart_charging.chargers.lektrico import Lektrico
from custom_components.smart_charging.chargers.nrgkick import NrgKick
from custom_components.smart_charging.chargers.openevse import OpenEvse
from custom_components.smart_charging.chargers.openwb_pro import OpenWbPro
from custom_components.smart_charging.chargers.peblar import Peblar
from custom_components.smart_charging.chargers.salia import Salia
from custom_components.smart_charging.chargers.sma_ev import Account, SmaEv
from custom_components.smart_charging.chargers.smartevse import SmartEvse
from custom_components.smart_charging.chargers.technove import TechnoVe
from custom_components.smart_charging.chargers.v2c import Trydan
from custom_components.smart_charging.chargers.warp import Warp
from custom_components.smart_charging.chargers.wattpilot import Wattpilot
from custom_components.smart_charging.chargers.wattpilot_line import Line as WattpilotLine
from custom_components.smart_charging.chargers.web import basic_auth

from .device_bench import TIMEOUT_S, device_bench, web
from .emulators.ecb1 import Ecb1Emulator
from .emulators.evse_wifi import EvseWifiEmulator
from .emulators.go_e import GoEEmulator
from .emulators.keba import KebaEmulator
from .emulators.lektrico import LektricoEmulator
from .emulators.nrgkick import NrgKickEmulator
from .emulators.openevse import OpenEvseEmulator
from .emulators.openwb_pro import OpenWbProEmulator
from .emulators.peblar import TOKEN, PeblarEmulator
from .emulators.salia import SaliaEmulator
from .emulators.sma_ev import SmaEvEmulator
from .emulators.smartevse import SmartEvseEmulator
from .emulators.technove import TechnoVeEmulator
from .emulators.v2c import TrydanEmulator
from .emulators.warp import WarpEmulator
from .emulators.wattpilot import PASSWORD, WattpilotEmulator


def keba(emulator: KebaEmulator, _: object) -> Keba:
    """A KEBA at its own address, whose answers come to a port that is free."""
    return Keba(Line(emulator.host, emulator.port, answer_port=emulator.answer_port, hurry=TIMEOUT_S))


def wattpilot(emulator: WattpilotEmulator, session: ClientSession, password: str = PASSWORD) -> Wattpilot:
    """A Wattpilot, and who knows its password."""
    return Wattpilot(WattpilotLine(session, f"ws://127.0.0.1:{emulator.port}/ws", password, timeout_s=TIMEOUT_S))


ACCOUNT = Account(user="evcharger", secret="sunny")

WEB_BENCHES: dict[str, Callable[[], Any]] = {
    "go_e": partial(device_bench, GoEEmulator, lambda emulator, session: GoE(web(emulator, session))),
    "warp": partial(device_bench, WarpEmulator, lambda emulator, session: Warp(web(emulator, session))),
    "openwb_pro": partial(device_bench, OpenWbProEmulator, lambda emulator, session: OpenWbPro(web(emulator, session))),
    "openevse": partial(device_bench, OpenEvseEmulator, lambda emulator, session: OpenEvse(web(emulator, session))),
    "smartevse": partial(device_bench, SmartEvseEmulator, lambda emulator, session: SmartEvse(web(emulator, session))),
    "peblar": partial(
        device_bench,
        PeblarEmulator,
        lambda emulator, session: Peblar(web(emulator, session, headers={"Authorization": TOKEN})),
    ),
    "nrgkick": partial(
        device_bench,
        NrgKickEmulator,
        lambda emulator, session: NrgKick(web(emulator, session, headers=basic_auth("nrg", "kick"))),
    ),
    "v2c": partial(device_bench, TrydanEmulator, lambda emulator, session: Trydan(web(emulator, session))),
    "lektrico": partial(device_bench, LektricoEmulator, lambda emulator, session: Lektrico(web(emulator, session))),
    "ecb1": partial(device_bench, Ecb1Emulator, lambda emulator, session: Ecb1(web(emulator, session))),
    "salia": partial(device_bench, SaliaEmulator, lambda emulator, session: Salia(web(emulator, session))),
    "evse_wifi": partial(device_bench, EvseWifiEmulator, lambda emulator, session: EvseWifi(web(emulator, session))),
    "sma_ev": partial(device_bench, SmaEvEmulator, lambda emulator, session: SmaEv(web(emulator, session), ACCOUNT)),
    "technove": partial(
        device_bench, TechnoVeEmulator, lambda emulator, session: TechnoVe(web(emulator, session), patience_s=0)
    ),
    "wattpilot": partial(device_bench, WattpilotEmulator, wattpilot),
    "keba": partial(device_bench, KebaEmulator, keba),
}
