"""EVSE-WiFi (also sold as smartWB) by its HTTP API, in its mode "always active" or "remote".

Parameters and answers: CurtRod/SimpleEVSE-WiFi, README and `main.cpp`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState, Watchdog, WatchdogKind
from .answers import as_object, number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(step_a=1.0)
WAKES_S: Final = 1.5
"""Its mode "remote": whoever asks for its parameters is a sign of life; without, it pauses; within this of the next it goes on."""

_TIMEOUT_S: Final = 60.0
_REMOTE: Final = Watchdog(kind=WatchdogKind.TRAFFIC, timeout_s=_TIMEOUT_S, takes_failsafe=False)

_STATES: Final = {1: EvState.A, 2: EvState.B, 3: EvState.C, 4: EvState.D, 5: EvState.F}
_DONE: Final = "S0_"
_LEAST_A: Final = 6
_NOT_FOUND: Final = "404"


class EvseWifi(Device):
    """One EVSE-WiFi."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._fine = False
        self._watchdog = CAPABILITIES.watchdog
        self._asked_at = float("-inf")

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, step_a=0.1 if self._fine else 1.0, watchdog=self._watchdog)

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        """Find out whether it notices that nobody asks."""
        try:
            host = _only(await self._web.get("/evseHost"))
        except ChargerUnfitError as error:
            # Older firmware does not have it.
            if error.word != _NOT_FOUND:
                raise
            host = {}
        self._watchdog = _REMOTE if host.get("opMode") == "remote" else CAPABILITIES.watchdog
        return True

    @override
    async def read(self) -> Reading:
        slept = self._sleeps()
        told = await self._ask()
        if told.get("alwaysActive") is not True:
            raise ChargerUnfitError(Unfit.API_OFF, "its mode is not the one that is always active")
        # What is called mA is told and taken in hundredths of an ampere.
        self._fine = "actualCurrentMA" in told
        current_a = number(told.get("actualCurrentMA"), 0.01) if self._fine else number(told.get("actualCurrent"))
        limit_a = 0.0 if told.get("evseState") is False else current_a
        reading = Reading(
            state=_STATES.get(int(number(told.get("vehicleState")) or 0)),
            # It tells its pause, and goes on as before right after that.
            limit_a=None if slept else limit_a,
            info=EvseInfo(manufacturer="EVSE-WiFi"),
        )
        # Without a meter of its own it tells zeros.
        if told.get("useMeter") is False:
            return reading
        return replace(
            reading,
            current_a=numbers([told.get(f"currentP{phase + 1}") for phase in range(3)]),
            power_w=number(told.get("actualPower"), 1000),
            energy_kwh=number(told.get("meterReading")),
            session_kwh=number(told.get("energy")),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if self._sleeps():
            # Else it would go on as before on top of what it is told now.
            await self._ask()
            await asyncio.sleep(WAKES_S)
        # What is below its least it takes for more than its most, and offers that.
        current = steps(current_a, 100 if self._fine else 1) if current_a >= _LEAST_A else 0
        answer = await self._web.request("GET", "/setCurrent", params={"current": str(current)})
        if not answer.startswith(_DONE):
            raise ChargerRefusedError("it does not take the current", text(answer))

    def _sleeps(self) -> bool:
        """Tell whether it may have paused because nobody asked."""
        return self._watchdog is _REMOTE and _now_s() - self._asked_at >= _TIMEOUT_S

    async def _ask(self) -> Mapping[str, Any]:
        told = _parameters(await self._web.get("/getParameters"))
        self._asked_at = _now_s()
        return told


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _parameters(told: Any) -> Mapping[str, Any]:
    found = _only(told)
    if "vehicleState" not in found:
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no EVSE-WiFi")
    return found


def _only(told: Any) -> Mapping[str, Any]:
    """What it tells in a list of one."""
    found = as_object(told).get("list")
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], Mapping):
        return found[0]
    raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no EVSE-WiFi")
