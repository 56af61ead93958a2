"""KEBA KeContact P20 and P30 by UDP, which is switched on inside them (DIP switch DSW1.3).

Commands, reports and their units: KEBA, UDP Programmers Guide V2.01. That a P20 may know no `currtime`, and that a current
of 0 does not hold back every P30: users of dannerph/keba-kecontact (issue 5) and homeassistant-keba (issue 59).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState, Watchdog, WatchdogKind
from .answers import number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .keba_line import Line

FAILSAFE_S: Final = 60
"""Any command keeps it content; it takes 10 to 600 s."""

CAPABILITIES: Final = Capabilities(
    step_a=0.1, watchdog=Watchdog(kind=WatchdogKind.TRAFFIC, timeout_s=float(FAILSAFE_S))
)

_LASTING_INTERVAL_S: Final = 60.0
"""`curr` is kept in a memory that wears out."""

_CHARGING, _ERROR, _STARTING = 3, 4, 0
_PLUGGED_INTO_CAR: Final = 5
_P20: Final = "P20"
_DONE: Final = "TCH-OK"
_REFUSED: Final = "TCH-ERR"
# The editions without a meter tell zeros: P20 e-series, and the P30 of the German edition.
_NO_METER: Final = ("KC-P30-EC220112-000-DE", "01-")


class Keba(Device):
    """One KEBA."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._info: EvseInfo | None = None
        self._has_meter = True
        self._knows_currtime = True

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES if self._knows_currtime else replace(CAPABILITIES, write_interval_s=_LASTING_INTERVAL_S)

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        about = await self._report(1)
        product = text(about.get("Product"))
        if not product:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no KEBA")
        self._has_meter = not any(mark in product for mark in _NO_METER)
        self._info = EvseInfo(manufacturer="KEBA", model=product, firmware=text(about.get("Firmware")))
        status, failsafe_ma = await self._report(2), steps(failsafe_a, 1000)
        if (number(status.get("Tmo FS")), number(status.get("Curr FS"))) == (FAILSAFE_S, failsafe_ma):
            return True
        try:
            # Not into its lasting memory: it is armed anew after each start.
            await self._command(f"failsafe {FAILSAFE_S} {failsafe_ma} 0")
        except ChargerRefusedError:
            return False
        return True

    @override
    async def read(self) -> Reading:
        status, measured = await self._report(2), await self._report(3)
        state = number(status.get("State"))
        reading = Reading(
            state=_state(state, number(status.get("Plug"))),
            limit_a=_limit_a(status),
            fault=f"error {text(status.get('Error1'))} {text(status.get('Error2'))}" if state == _ERROR else None,
            info=self._info,
        )
        return reading if not self._has_meter else _measured(reading, measured)

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._command("ena 0")
            return
        # Once it fell back, or was disabled, a current alone does not bring it back.
        enable = _is_off(await self._report(2))
        await self._set_current(steps(current_a, 1000))
        if enable:
            await self._command("ena 1")

    async def _set_current(self, current_ma: int) -> None:
        if self._knows_currtime:
            try:
                await self._command(f"currtime {current_ma} 1")
            except ChargerRefusedError:
                if self._info is None or _P20 not in self._info.model:
                    raise
                self._knows_currtime = False
        if not self._knows_currtime:
            await self._command(f"curr {current_ma}")

    @override
    async def close(self) -> None:
        self._line.close()

    async def _command(self, command: str) -> None:
        answer = await self._line.ask(command, lambda heard: heard.startswith((_DONE, _REFUSED)))
        if answer.startswith(_REFUSED):
            raise ChargerRefusedError(f"it does not do {command.split(maxsplit=1)[0]}", text(answer))

    async def _report(self, number_of_report: int) -> Mapping[str, Any]:
        def is_report(heard: str) -> bool:
            return text(_object(heard).get("ID")) == str(number_of_report)

        return _object(await self._line.ask(f"report {number_of_report}", is_report))


def _object(heard: str) -> Mapping[str, Any]:
    try:
        told = json.loads(heard)
    except ValueError, RecursionError:
        return {}
    return told if isinstance(told, Mapping) else {}


def _state(state: float | None, plug: float | None) -> EvState | None:
    if state is None or plug is None or state == _STARTING:
        return None
    if state == _ERROR:
        return EvState.F
    if plug < _PLUGGED_INTO_CAR:
        return EvState.A
    return EvState.C if state == _CHARGING else EvState.B


def _fell_back(status: Mapping[str, Any]) -> bool:
    failsafe_ma = number(status.get("Curr FS"))
    armed = (number(status.get("Tmo FS")) or 0) > 0
    return armed and number(status.get("Enable sys")) == 0 and number(status.get("Max curr")) == failsafe_ma


def _is_off(status: Mapping[str, Any]) -> bool:
    return number(status.get("Enable user")) == 0 or _fell_back(status)


def _limit_a(status: Mapping[str, Any]) -> float | None:
    # First: what was disabled is disabled in all, and may have been held to its failsafe current before.
    if number(status.get("Enable user")) == 0:
        return 0.0
    if _fell_back(status):
        return number(status.get("Curr FS"), 0.001)
    wanted_a, hardware_a = number(status.get("Curr user"), 0.001), number(status.get("Curr HW"), 0.001)
    return min(wanted_a, hardware_a) if wanted_a is not None and hardware_a else wanted_a


def _measured(reading: Reading, measured: Mapping[str, Any]) -> Reading:
    return replace(
        reading,
        current_a=numbers([measured.get(f"I{phase + 1}") for phase in range(3)], 0.001),
        power_w=number(measured.get("P"), 0.001),
        energy_kwh=number(measured.get("E total"), 0.0001),
        session_kwh=number(measured.get("E pres"), 0.0001),
    )
