"""go-e chargers by their HTTP API v2, which has to be switched on in the go-e app.

Keys and their meanings: goecharger/go-eCharger-API-v2, API_KEYS; what is made of `car` and `frc`: as evcc does.
"""

from collections.abc import Mapping
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
    # Nobody knows whether `amp` is kept in a memory that wears out.
    write_interval_s=10.0,
)

_KEYS: Final = "car,alw,amp,frc,psm,nrg,eto,wh,err,ama,sse,fwv,typ,oem"
_STATES: Final = {1: EvState.A, 2: EvState.C, 3: EvState.B, 4: EvState.B, 0: EvState.F, 5: EvState.F}
_TOTAL_POWER: Final = 11
_OFF, _NEUTRAL = 1, 0
_ONE_PHASE, _ALL_PHASES = 1, 2


class GoE(Device):
    """One go-e charger."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._one_phase = False

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def read(self) -> Reading:
        try:
            told = as_object(await self._web.get("/api/status", {"filter": _KEYS}))
        except ChargerUnfitError as error:
            if error.unfit is not Unfit.WRONG_DEVICE:
                raise
            raise ChargerUnfitError(Unfit.API_OFF, "its HTTP API v2 is switched off", error.word) from error
        if number(told.get("car")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no go-e charger")
        self._one_phase = told.get("psm") == _ONE_PHASE
        return _reading(told, one_phase=self._one_phase)

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._tell({"frc": _OFF})
            return
        wanted: dict[str, int] = {"amp": int(current_a), "frc": _NEUTRAL}
        if phases == 1:
            wanted["psm"] = _ONE_PHASE
        elif self._one_phase:
            wanted["psm"] = _ALL_PHASES
        await self._tell(wanted)
        self._one_phase = phases == 1

    async def _tell(self, wanted: Mapping[str, int]) -> None:
        answer = as_object(await self._web.get("/api/set", {key: str(value) for key, value in wanted.items()}))
        for key in wanted:
            if answer.get(key) is not True:
                raise ChargerRefusedError(f"it does not take {key}", text(answer.get(key)))


def _reading(told: Mapping[str, Any], *, one_phase: bool) -> Reading:
    # Voltages, currents and powers of L1, L2, L3 and N, the total power, and power factors.
    measured = numbers(told.get("nrg")) or ()
    power_w = measured[_TOTAL_POWER] if len(measured) > _TOTAL_POWER else None
    error = number(told.get("err"))
    amp_a = number(told.get("amp"))
    return Reading(
        state=_STATES.get(int(number(told.get("car")) or 0)),
        limit_a=0.0 if told.get("frc") == _OFF else amp_a,
        phases=1 if one_phase else None,
        current_a=measured[4:7] or None,
        power_w=power_w,
        energy_kwh=number(told.get("eto"), 0.001),
        session_kwh=number(told.get("wh"), 0.001),
        fault=None if not error else f"error {error:g}",
        info=EvseInfo(manufacturer="go-e", model=text(told.get("typ")), firmware=text(told.get("fwv"))),
    )
