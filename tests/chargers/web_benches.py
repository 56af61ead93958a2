"""The benches of chargers that speak HTTP, UDP or WebSocket, by driver."""

from collections.abc import Callable
from functools import partial
from typing import Any

from custom_components.smart_charging.chargers.go_e import GoE

from .device_bench import device_bench, web
from .emulators.go_e import GoEEmulator

WEB_BENCHES: dict[str, Callable[[], Any]] = {
    "go_e": partial(device_bench, GoEEmulator, lambda emulator, session: GoE(web(emulator, session))),
}
