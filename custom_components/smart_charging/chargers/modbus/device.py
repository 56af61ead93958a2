"""A charger that speaks Modbus, as its profile says."""

import asyncio
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, override

from modbus_connection import ModbusUnit

from ...engine.model.evse import Capabilities, EvseInfo, Watchdog, WatchdogKind
from ..device import Device, Reading
from ..errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .bus import Bus, RegisterRefusedError
from .profile import Profile, Register, Setting, Tests
from .reading import LEAST_V, Values, all_hold, first, info_of, limit_of, number, reading_of, state_of, volts_of

TIMEOUT_S: Final = 5.0
"""In a local network an answer takes milliseconds; behind a gateway up to a second or two."""

# A setpoint whose time runs out is told again well before that, so that one may be lost.
_RENEW_SHARE: Final = 0.4
# What is a step's multiple may be a hair less in a binary number.
_HAIR: Final = 1e-6


def capabilities_of(profile: Profile) -> Capabilities:
    """What all chargers of the kind can do, before one is known better."""
    phases, limit = profile.phases, profile.limit
    return Capabilities(
        minimum_a=limit.minimum_a,
        maximum_a=limit.maximum_a,
        step_a=limit.step_a,
        can_switch_phases=phases is not None and not phases.when,
        can_switch_under_load=phases is not None and not phases.while_paused,
        watchdog=_watchdog(profile, profile.watchdog.timeout_s),
        write_interval_s=limit.interval_s,
    )


def _watchdog(profile: Profile, timeout_s: float | None) -> Watchdog:
    watchdog = profile.watchdog
    renew_after_s = watchdog.renew_after_s
    if watchdog.kind is WatchdogKind.RESEND and timeout_s is not None:
        in_time_s = timeout_s * _RENEW_SHARE
        renew_after_s = in_time_s if renew_after_s is None else min(renew_after_s, in_time_s)
    return Watchdog(
        kind=watchdog.kind,
        timeout_s=timeout_s,
        renew_after_s=renew_after_s,
        takes_failsafe=profile.failsafe is not None and profile.failsafe.certain,
    )


class ModbusDevice(Device):
    """One of them, behind `unit`. `phases` is on how many it is wired."""

    def __init__(self, unit: ModbusUnit, profile: Profile, timeout_s: float = TIMEOUT_S, phases: int = 3) -> None:
        self._profile = profile
        self._wired = phases
        self._volts = LEAST_V
        self._bus = Bus(unit, profile, timeout_s)
        # What is written in several steps is not mixed with what somebody else writes.
        self._turn = asyncio.Lock()
        self._capabilities = capabilities_of(profile)
        self._info: EvseInfo | None = None
        self._timeout_raw: float | None = None
        self._phases: int | None = None
        self._phases_known = False
        self._told_per_a: float | None = None
        self._paused = False
        self._flows = True
        self._writes = 0

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @override
    async def read(self) -> Reading:
        writes = self._writes
        values = await self._bus.read(self._profile.polled)
        self._volts = volts_of(self._profile, values, self._wired)
        per_a = self._told_per_a or self._per_a(self._wired)
        if writes == self._writes:
            self._note(values, limit_of(self._profile, values, per_a))
        reading = reading_of(self._profile, values, self._phases, per_a)
        info, self._info = self._info, None
        return reading if info is None else replace(reading, info=info)

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        limit = self._profile.limit
        setpoint_a = math.floor(current_a / limit.step_a + _HAIR) * limit.step_a
        async with self._turn:
            self._writes += 1
            if setpoint_a < limit.minimum_a - _HAIR:
                await self._pause()
            else:
                await self._offer(setpoint_a, 1 if phases == 1 else None)
            self._writes += 1

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        self._bus.forget()
        await self._identify()
        self._info = info_of(self._profile, await self._ask_info())
        for setting in self._profile.prepare:
            await self._set(setting)
        keeps = await self._set_failsafe(failsafe_a)
        return await self._learn_timeout() and keeps

    @override
    async def keep_alive(self) -> None:
        watchdog = self._profile.watchdog
        raw = self._timeout_raw if watchdog.value is None else watchdog.value
        if watchdog.heartbeat is not None and raw:
            await self._bus.write(self._register(watchdog.heartbeat), raw)

    @override
    async def close(self) -> None:
        self._bus.close()

    def _register(self, name: str) -> Register:
        return self._profile.registers[name]

    async def _ask(self, names: Iterable[str]) -> Values:
        return await self._bus.read(self._register(name) for name in dict.fromkeys(names))

    def _per_a(self, phases: int) -> float:
        """What an ampere on so many phases is in the limit's register."""
        return self._volts * phases if self._profile.limit.in_w else 1.0

    def _note(self, values: Values, limit_a: float | None) -> None:
        """Keep what decides how it is written to."""
        phases, state = self._profile.phases, state_of(self._profile, values)
        if limit_a is not None:
            self._paused = limit_a == 0
        self._flows = state is None or state.power_flows
        if phases is None:
            return
        can_switch = all_hold(phases.when, values) is True
        if can_switch is not self._capabilities.can_switch_phases:
            self._capabilities = replace(self._capabilities, can_switch_phases=can_switch)
        raw = first(phases.read or phases.write, values)
        if raw is not None:
            self._phases, self._phases_known = (1 if raw == phases.read_one else None), True

    async def _offer(self, setpoint_a: float, count: int | None) -> None:
        """Let it charge, on one phase or on all; of limit and phases, what lets it give less comes first."""
        limit, pause, phases = self._register(self._profile.limit.write), self._profile.pause, self._profile.phases
        switch = self._is_to_switch(count)
        at_first = switch and phases is not None and (phases.while_paused or count == 1)
        if at_first and phases is not None and phases.while_paused and not self._paused:
            await self._pause()
        if at_first:
            await self._switch(count)
        # One that cannot switch stays on all of its phases, and shares a power out among them.
        on_one = count == 1 and self._capabilities.can_switch_phases
        self._told_per_a = self._per_a(1 if on_one else self._wired)
        raw = setpoint_a * self._told_per_a / limit.scale
        await self._bus.write(limit, raw)
        if switch and not at_first:
            await self._switch(count)
        if pause is not None:
            await self._bus.write(self._register(pause.write), pause.on)
            if pause.limit_again:
                await self._bus.write(limit, raw)
        self._paused = False
        if not self._capabilities.can_switch_phases:
            self._phases = count

    def _is_to_switch(self, count: int | None) -> bool:
        if not self._capabilities.can_switch_phases:
            return False
        if self._phases_known:
            return count != self._phases
        # Nobody is interrupted only to make sure that it is on all phases.
        return count == 1 or self._paused or not self._flows

    async def _switch(self, count: int | None) -> None:
        phases = self._profile.phases
        assert phases is not None  # noqa: S101 -- it can switch them
        await self._bus.write(self._register(phases.write), phases.one if count == 1 else phases.three)
        self._phases, self._phases_known = count, True

    async def _pause(self) -> None:
        limit, pause = self._profile.limit, self._profile.pause
        if pause is not None:
            await self._bus.write(self._register(pause.write), pause.off)
        else:
            await self._bus.write(self._register(limit.write), limit.pause or 0)
        self._paused = True

    async def _identify(self) -> None:
        """Raise `ChargerUnfitError` where it is not what it is taken for, or cannot be steered as it is."""
        asked = (
            _names(rule.when for rule in self._profile.state),
            *(_names([each.needs]) for each in self._profile.identify),
        )
        try:
            values = await self._ask(name for names in asked for name in names)
        except RegisterRefusedError as error:
            if not error.lacks:
                raise
            raise ChargerUnfitError(
                Unfit.WRONG_DEVICE, "it has not the registers of such a charger", error.word
            ) from error
        for identity in self._profile.identify:
            if all_hold(identity.needs, values) is not True:
                word = ", ".join(f"{name}={first(name, values)}" for name in _names([identity.needs]))
                raise ChargerUnfitError(identity.unfit, "it cannot be steered as it is", word)

    async def _ask_info(self) -> Values:
        """What it says it is; one that does not say is steered all the same."""
        info = self._profile.info
        try:
            return await self._ask(name for name in (info.model_register, info.firmware) if name is not None)
        except RegisterRefusedError:
            return {}

    async def _set(self, setting: Setting) -> None:
        """Put it under our control, where it is not."""
        values = await self._ask((setting.write, *_names([setting.when])))
        if first(setting.write, values) in {setting.value, None} or all_hold(setting.when, values) is not True:
            return
        try:
            async with self._turn:
                # What it gives by itself once we steer is nobody's decision.
                await self._pause()
                await self._bus.write(self._register(setting.write), setting.value)
        except ChargerRefusedError as error:
            raise ChargerUnfitError(Unfit.API_OFF, "it does not let itself be steered", error.word) from error

    async def _set_failsafe(self, failsafe_a: float) -> bool:
        """Write what it does without us where it is something else; returns whether it took that."""
        failsafe, limit = self._profile.failsafe, self._profile.limit
        if failsafe is None:
            return True
        current_a = math.floor(failsafe_a / limit.step_a + _HAIR) * limit.step_a
        current_a = current_a if current_a >= limit.minimum_a else 0.0
        told = current_a * LEAST_V * self._wired if failsafe.in_w else current_a
        if failsafe.write is not None and failsafe.pause is not None and not current_a:
            told = failsafe.pause * self._register(failsafe.write).scale
        try:
            # The current first: a watchdog that is armed falls to it.
            await self._make(failsafe.write, failsafe.read, told)
            await self._make(failsafe.timeout, self._profile.watchdog.timeout, failsafe.timeout_s)
            await self._make(failsafe.arm, None, 1)
        except RegisterRefusedError:
            return False
        return True

    async def _make(self, name: str | None, read: str | None, value: float) -> None:
        """Write it where something else stands there, as it tells itself or as `read` does."""
        if name is None:
            return
        register = self._register(name)
        raw = math.floor(value / register.scale + _HAIR)
        told = number(self._profile, read or name, await self._ask([read or name]))
        if told is None or abs(told - raw * register.scale) > _HAIR:
            await self._bus.write(register, raw)

    async def _learn_timeout(self) -> bool:
        """Ask how long it waits for us; returns whether it waits at all."""
        watchdog = self._profile.watchdog
        if watchdog.timeout is None:
            return True
        values = await self._ask([watchdog.timeout])
        timeout_s, raw = number(self._profile, watchdog.timeout, values), first(watchdog.timeout, values)
        self._timeout_raw = raw if isinstance(raw, int | float) else None
        if timeout_s is None:
            timeout_s = watchdog.timeout_s
        self._capabilities = replace(self._capabilities, watchdog=_watchdog(self._profile, timeout_s or None))
        return timeout_s is None or timeout_s > 0


def _names(of: Iterable[Tests]) -> list[str]:
    return [test.register for tests in of for test in tests]
