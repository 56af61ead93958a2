"""EVSE-WiFi (also sold as smartWB) by its HTTP API, in its mode "always active".

Parameters and answers: CurtRod/SimpleEVSE-WiFi, README.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(step_a=1.0)

_STATES: Final = {1: EvState.A, 2: EvState.B, 3: EvState.C, 4: EvState.D, 5: EvState.F}
_DONE: Final = "S0_"


class EvseWifi(Device):
    """One EVSE-WiFi."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._fine = False

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, step_a=0.1 if self._fine else 1.0)

    @override
    async def read(self) -> Reading:
        told = _parameters(await self._web.get("/getParameters"))
        if told.get("alwaysActive") is not True:
            raise ChargerUnfitError(Unfit.API_OFF, "its mode is not the one that is always active")
        # What is called mA is told and taken in hundredths of an ampere.
        self._fine = "actualCurrentMA" in told
        current_a = number(told.get("actualCurrentMA"), 0.01) if self._fine else number(told.get("actualCurrent"))
        reading = Reading(
            state=_STATES.get(int(number(told.get("vehicleState")) or 0)),
            limit_a=0.0 if told.get("evseState") is False else current_a,
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
        current = steps(current_a, 100 if self._fine else 1)
        answer = await self._web.request("GET", "/setCurrent", params={"current": str(current)})
        if not answer.startswith(_DONE):
            raise ChargerRefusedError("it does not take the current", text(answer))


def _parameters(told: Any) -> Mapping[str, Any]:
    found = as_object(told).get("list")
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], Mapping) and "vehicleState" in found[0]:
        return found[0]
    raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no EVSE-WiFi")
