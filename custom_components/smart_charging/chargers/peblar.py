"""Peblar chargers by their local REST API, which has to be switched on for reading and writing.

Fields: frenck/python-peblar, models and test fixtures.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(step_a=0.1)

_API: Final = "/api/wlac/v1"
_STATES: Final = {f"State {state}": EvState(state.lower()) for state in "ABCDEF"}
_LEAST_MA: Final = 6000


class Peblar(Device):
    """One Peblar; `web` sends its token."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._phases = 3
        self._capabilities = CAPABILITIES

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @override
    async def read(self) -> Reading:
        system = await self._get("system")
        phases = number(system.get("PhaseCount"))
        self._phases = 3 if phases is None else max(1, min(3, int(phases)))
        switches = system.get("Force1PhaseAllowed") is True
        self._capabilities = replace(CAPABILITIES, can_switch_phases=switches)
        return _reading(system, await self._get("meter"), await self._evinterface(), self._phases)

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        wanted: dict[str, Any] = {"ChargeCurrentLimit": steps(current_a, 1000)}
        if self._capabilities.can_switch_phases:
            wanted["Force1Phase"] = phases == 1
        try:
            await self._web.request("PATCH", f"{_API}/evinterface", body=wanted)
        except ChargerUnfitError as error:
            if error.word != "403":
                raise
            raise ChargerUnfitError(Unfit.API_OFF, "it may only be read", error.word) from error
        # What it answers is not documented: only that it still is what it was can be told.
        await self._evinterface()

    async def _evinterface(self) -> Mapping[str, Any]:
        told = await self._get("evinterface")
        if not text(told.get("CpState")):
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Peblar")
        return told

    async def _get(self, what: str) -> Mapping[str, Any]:
        try:
            return as_object(await self._web.get(f"{_API}/{what}"))
        except ChargerUnfitError as error:
            if error.word != "404":
                raise
            raise ChargerUnfitError(Unfit.API_OFF, "its REST API is switched off", error.word) from error


def _reading(system: Mapping[str, Any], meter: Mapping[str, Any], told: Mapping[str, Any], phases: int) -> Reading:
    limit_ma, errors = number(told.get("ChargeCurrentLimit")), system.get("ActiveErrorCodes")
    return Reading(
        state=_STATES.get(text(told.get("CpState"))),
        limit_a=None if limit_ma is None else limit_ma / 1000 if limit_ma >= _LEAST_MA else 0.0,
        phases=1 if told.get("Force1Phase") is True else None,
        current_a=numbers([meter.get(f"CurrentPhase{phase + 1}") for phase in range(phases)], 0.001),
        power_w=number(meter.get("PowerTotal")),
        energy_kwh=number(meter.get("EnergyTotal"), 0.001),
        session_kwh=number(meter.get("EnergySession"), 0.001),
        fault=" ".join(text(error) for error in errors) if isinstance(errors, list) and errors else None,
        info=EvseInfo(
            manufacturer="Peblar", model=text(system.get("ProductPn")), firmware=text(system.get("FirmwareVersion"))
        ),
    )
