"""go-e chargers by their HTTP API v2, which has to be switched on in the go-e app.

Keys and their meanings: goecharger/go-eCharger-API-v2, API_KEYS, and its issues 4 (an answer of 500), 112 (the memory is
spared by the charger itself) and 312 (an answer of 400); what is made of `car`: as evcc does.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, numbers, text
from .device import Device, Reading
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    can_switch_phases=True,
    # It pauses by itself for as long as its own settings want (mptwt, mpwst).
    can_switch_under_load=True,
)

_KEYS: Final = "car,amp,frc,psm,nrg,eto,wh,err,fwv,typ"
# What it was asked for and has not, or does not take, is left out of an answer that says all else.
_IN_PART: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR})
_STATES: Final = {1: EvState.A, 2: EvState.C, 3: EvState.B, 4: EvState.B, 0: EvState.F, 5: EvState.F}
_NOT_FOUND: Final = "404"
_TOTAL_POWER: Final = 11
_OFF, _NEUTRAL = 1, 0
_ONE_PHASE, _ALL_PHASES = 1, 2


class GoE(Device):
    """One go-e charger."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._one_phase = False
        self._switches = True

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, can_switch_phases=self._switches)

    @override
    async def read(self) -> Reading:
        try:
            told = as_object(await self._web.get("/api/status", {"filter": _KEYS}, fine=_IN_PART))
        except ChargerUnfitError as error:
            if error.word != _NOT_FOUND:
                raise
            raise ChargerUnfitError(Unfit.API_OFF, "its HTTP API v2 is switched off", error.word) from error
        if "car" not in told:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no go-e charger")
        self._switches, self._one_phase = "psm" in told, told.get("psm") == _ONE_PHASE
        return _reading(told, one_phase=self._one_phase)

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._tell({"frc": _OFF})
            return
        one_phase = phases == 1 and self._switches
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if one_phase and not self._one_phase:
            await self._tell({"psm": _ONE_PHASE})
        await self._tell({"amp": int(current_a), "frc": _NEUTRAL})
        if self._one_phase and not one_phase:
            await self._tell({"psm": _ALL_PHASES})
        self._one_phase = one_phase

    async def _tell(self, wanted: Mapping[str, int]) -> None:
        params = {key: str(value) for key, value in wanted.items()}
        answer = as_object(await self._web.get("/api/set", params, fine=_IN_PART))
        for key in wanted:
            if answer.get(key) is not True:
                raise ChargerRefusedError(f"it does not take {key}", text(answer.get(key)))


def _reading(told: Mapping[str, Any], *, one_phase: bool) -> Reading:
    # Voltages, currents and powers of L1, L2, L3 and N, the total power, and power factors.
    measured = numbers(told.get("nrg")) or ()
    power_w = measured[_TOTAL_POWER] if len(measured) > _TOTAL_POWER else None
    # Null while it does not know, after it was switched on.
    car, error = number(told.get("car")), number(told.get("err"))
    return Reading(
        state=None if car is None else _STATES.get(int(car)),
        limit_a=0.0 if told.get("frc") == _OFF else number(told.get("amp")),
        phases=1 if one_phase else None,
        current_a=measured[4:7] or None,
        power_w=power_w,
        energy_kwh=number(told.get("eto"), 0.001),
        session_kwh=number(told.get("wh"), 0.001),
        fault=None if not error else f"error {error:g}",
        info=EvseInfo(manufacturer="go-e", model=text(told.get("typ")), firmware=text(told.get("fwv"))),
    )
