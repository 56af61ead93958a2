"""Lektrico 1P7K and 3P22K by their local RPC interface.

Methods and what they answer: Lektrico/lektricowifi (the limit and `relay_mode` by `dynamic_current.get`, what it is by its
device id); `relay_mode`, as Home Assistant's own integration sets it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, numbers, text
from .device import Device, Reading
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    # Nobody says whether it keeps what it is told in a memory that wears out.
    write_interval_s=10.0,
)

_STATES: Final = {state: EvState(state.lower()) for state in "ABCDEF"}
_WITH_A_CAR: Final = "B_"
_ONE_PHASE, _THREE_PHASES = 1, 3
_OURS: Final = "smart_charging"


class Lektrico(Device):
    """One Lektrico charger."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._requests = 0
        self._model = ""
        self._relay_mode: int | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, can_switch_phases=self._relay_mode is not None)

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        """Find out what it is: it keeps no failsafe current."""
        answer = as_object(await self._web.get("/rpc/Device_id.Get"))
        self._model = text(answer.get("device_id")).partition("_")[0].upper()
        return True

    @override
    async def read(self) -> Reading:
        told = as_object(await self._web.get("/rpc/charger_info.get"))
        # Also its load balancer speaks this way, but has no car.
        if not text(told.get("charger_state")):
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Lektrico charger")
        offer = as_object(await self._web.get("/rpc/dynamic_current.get"))
        limit_a = number(offer.get("dynamic_current"))
        if limit_a is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it does not tell its limit")
        # One for a single phase has nothing to switch.
        mode = None if self._model.startswith("1P") else number(offer.get("relay_mode"))
        self._relay_mode = None if mode is None else int(mode)
        return Reading(
            state=_state(told),
            limit_a=limit_a,
            phases=1 if self._relay_mode == _ONE_PHASE else None,
            current_a=numbers(told.get("currents")) or None,
            power_w=number(told.get("instant_power")),
            energy_kwh=number(told.get("total_charged_energy")),
            session_kwh=number(told.get("session_energy"), 0.001),
            fault="it reports an error" if told.get("has_active_errors") is True else None,
            info=EvseInfo(manufacturer="Lektrico", model=self._model, firmware=text(told.get("fw_version"))),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        wanted = {"dynamic_current": int(current_a)}
        if self._relay_mode is not None and (phases == 1) is not (self._relay_mode == _ONE_PHASE):
            wanted["relay_mode"] = _ONE_PHASE if phases == 1 else _THREE_PHASES
        await self._call("dynamic_current.set", wanted)
        self._relay_mode = wanted.get("relay_mode", self._relay_mode)

    async def _call(self, method: str, params: Mapping[str, int]) -> None:
        self._requests += 1
        request = {"src": _OURS, "id": self._requests, "method": method, "params": dict(params)}
        answer = as_object(await self._web.post("/rpc", request))
        # A refusal has an `error` with a message in place of the result.
        if "result" not in answer or answer["result"] is False:
            error = answer.get("error")
            word = text(error.get("message")) if isinstance(error, Mapping) else ""
            raise ChargerRefusedError(f"it does not do {method}", word)


def _state(told: Mapping[str, Any]) -> EvState | None:
    """What is said in full, such as B_AUTH, is newer than the letter and says more; it may also say nothing of a car (LOCKED)."""
    state = text(told.get("extended_charger_state"))
    return (
        EvState.B
        if state.startswith(_WITH_A_CAR)
        else _STATES.get(state) or _STATES.get(text(told.get("charger_state")))
    )
