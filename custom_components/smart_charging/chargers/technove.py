"""TechnoVE stations by their local HTTP interface, which their maker does not document.

Paths and fields: Moustachauve/pytechnove; what they mean: Home Assistant's own integration, and its tests.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, text
from .device import Device, Reading, steps
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    # Nobody says whether it keeps what it is told in a memory that wears out.
    write_interval_s=10.0,
)

LEAST_A: Final = 8
"""What is less it ignores without a word."""
PATIENCE_S: Final = 0.5
"""It tells what it was told a little later."""

_TRIES: Final = 5
# Its own states: a ground fault, and two in which a car waits for another time of the day.
_STATES: Final = {ord(state): EvState(state.lower()) for state in "ABCDEF"} | {
    ord("H"): EvState.F,
    ord("S"): EvState.B,
    ord("T"): EvState.B,
}
_FAULTS: Final = {ord("E"): "a fault of the pilot", ord("F"): "a fault of the station", ord("H"): "a ground fault"}
_WIRES: Final = 3


class TechnoVe(Device):
    """One station. None of its answers to a command says whether it took it, so it is read back."""

    def __init__(self, web: Web, patience_s: float = PATIENCE_S) -> None:
        self._web = web
        self._patience_s = patience_s
        # What is read back must not be what somebody else has just told it.
        self._turn = asyncio.Lock()

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def read(self) -> Reading:
        told = await self._told()
        status = int(number(told.get("status")) or 0)
        current_a, voltage = number(told.get("current")), number(told.get("voltageIn"))
        return Reading(
            state=_STATES.get(status),
            limit_a=number(told.get("maxCurrent")) if _gives(told) else 0.0,
            # One current, in both of its wires: where it is on two phases of a home, it is on both.
            current_a=None if current_a is None else (current_a,) * _WIRES,
            power_w=None if current_a is None or voltage is None else current_a * voltage,
            energy_kwh=number(told.get("energyTotal")),
            session_kwh=number(told.get("energySession")),
            fault=_FAULTS.get(status),
            info=EvseInfo(manufacturer="TechnoVE", firmware=text(told.get("version"))),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        async with self._turn:
            told = await self._told()
            if steps(current_a, 1) < LEAST_A:
                await self._pause(told)
            else:
                await self._offer(told, steps(current_a, 1))

    async def _pause(self, told: Mapping[str, Any]) -> None:
        # One that charges by itself does not let itself be stopped.
        if _charges_by_itself(told):
            await self._web.request("POST", "/station/set/automatic", body={"activated": False})
            await self._until(lambda now: not _charges_by_itself(now))
        if _is_on(told):
            await self._web.request("GET", "/station/control/stop")
            await self._until(lambda now: not _is_on(now))

    async def _offer(self, told: Mapping[str, Any], current_a: int) -> None:
        most_a = number(told.get("maxStationCurrent"))
        if most_a is not None and current_a > most_a >= LEAST_A:
            current_a = int(most_a)
        # Its first key begins with a space; it is not known whether it reads it.
        body = {" stationNumber": 1, "current": current_a}
        await self._web.request("POST", "/station/control/partage", body=body)
        await self._until(lambda now: number(now.get("maxCurrent")) == current_a)
        # Without a car there is nothing to start.
        if not _gives(told) and _STATES.get(int(number(told.get("status")) or 0)) is not EvState.A:
            await self._web.request("GET", "/station/control/start")
            await self._until(_is_on)

    async def _until(self, holds: Callable[[Mapping[str, Any]], bool]) -> None:
        for tries in range(_TRIES):
            await asyncio.sleep(self._patience_s if tries else 0)
            if holds(await self._told()):
                return
        raise ChargerRefusedError("it does not do what it is told")

    async def _told(self) -> Mapping[str, Any]:
        told = as_object(await self._web.get("/station/get/info"))
        if number(told.get("status")) is None or number(told.get("maxCurrent")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no TechnoVE station")
        if told.get("inSharingMode") is True:
            raise ChargerUnfitError(Unfit.API_OFF, "it shares its current with other stations, and takes none from us")
        return told


def _charges_by_itself(told: Mapping[str, Any]) -> bool:
    return told.get("auto_charge") is True


def _is_on(told: Mapping[str, Any]) -> bool:
    return told.get("isSessionActive") is True


def _gives(told: Mapping[str, Any]) -> bool:
    return _charges_by_itself(told) or _is_on(told)
