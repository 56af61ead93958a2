"""openWB Pro by the HTTP interface that openWB's own software steers it with: one address, `/connect.php`.

Fields: openWB/core, modules/chargepoints/openwb_pro, and its tests; evcc.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState, Watchdog, WatchdogKind
from .answers import as_object, number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=0.1,
    can_switch_phases=True,
    # Any request keeps it content; nobody says for how long, evcc makes one each 30 s.
    watchdog=Watchdog(kind=WatchdogKind.TRAFFIC, takes_failsafe=False),
)

_PATH: Final = "/connect.php"
_ONE_PHASE, _THREE_PHASES = 1, 3


class OpenWbPro(Device):
    """One openWB Pro."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._target: int | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        """Let it notice when nobody asks it any more: to what it falls then is its own."""
        await self._post({"heartbeatenabled": "1"})
        return True

    @override
    async def read(self) -> Reading:
        told = await self._told()
        target = number(told.get("phases_target"))
        self._target = None if target is None else int(target)
        return _reading(told, one_phase=self._target == _ONE_PHASE)

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        target = _ONE_PHASE if phases == 1 else _THREE_PHASES
        switches = self._target is not None and target != self._target
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if switches and target == _ONE_PHASE:
            await self._switch(target)
        await self._post({"ampere": f"{steps(current_a, 10) / 10:.1f}"})
        if switches and target == _THREE_PHASES:
            await self._switch(target)
        # What it answers to a command is not documented: only that it still is what it was can be told.
        await self._told()

    async def _switch(self, target: int) -> None:
        await self._post({"phasetarget": str(target)})
        self._target = target

    async def _post(self, form: Mapping[str, str]) -> None:
        await self._web.request("POST", _PATH, form=form)

    async def _told(self) -> Mapping[str, Any]:
        told = as_object(await self._web.get(_PATH))
        if not isinstance(told.get("plug_state"), bool):
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no openWB Pro")
        return told


def _reading(told: Mapping[str, Any], *, one_phase: bool) -> Reading:
    return Reading(
        state=_state(told),
        limit_a=number(told.get("offered_current")),
        phases=1 if one_phase else None,
        current_a=numbers(told.get("currents")) or None,
        power_w=number(told.get("power_all")),
        # 0 is what it tells while it does not know.
        energy_kwh=number(told.get("imported"), 0.001) or None,
        info=EvseInfo(manufacturer="openWB", model="Pro", firmware=text(told.get("version"))),
    )


def _state(told: Mapping[str, Any]) -> EvState:
    if told.get("charge_state") is True:
        return EvState.C
    return EvState.B if told.get("plug_state") is True else EvState.A
