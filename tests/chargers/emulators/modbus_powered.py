"""Chargers that take a power for a limit, by the tables of what is known of them, and not by our profiles."""

from typing import ClassVar, override

from custom_components.smart_charging.engine.model.evse import EvState

from .modbus import HURRY, OWNERS_S, WRITE_SEVERAL, Table, text, u16, u32, value_of
from .modbus_watchful import ModbusMeter


class Powered(ModbusMeter):
    """It makes a current of the power that it was told, at the voltage that it has."""

    least_a = 7.0
    mains_v = 230.0
    least_w = 0.0
    """Less is a pause."""

    def __init__(self) -> None:
        super().__init__()
        self.told_w = self.told_for(self.limit_a)

    def told_for(self, amps: float) -> float:
        return amps * self.mains_v * self.phases

    def take_power(self, told_w: float, function: int) -> None:
        """It counts its current in tenths of an ampere; what is less than a car can use is a pause."""
        amps = round(told_w / self.mains_v / self.phases, 1)
        self.check(max(amps, 6), function)
        self.told_w = told_w
        self.take(amps if amps >= 6 else 0)

    @override
    def restart(self) -> None:
        super().restart()
        self.told_w = self.told_for(self.limit_a)

    @override
    def fall(self) -> None:
        super().fall()
        self.told_w = self.told_for(self.limit_a)

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.limit_a, self.told_w = limit_a, self.told_for(limit_a)


class DeltaAcMax(Powered):
    """Delta AC MAX Smart: no current, no voltage. Its watchdog is a minute's, and was switched on by its owner."""

    # The lowest that a supply may have, at which a power is the most current.
    mains_v = 207.0
    traffic_counts = True
    tells_currents = False
    tells_register = False
    states: ClassVar = {EvState.A: 1, EvState.B: 3, EvState.C: 4, EvState.F: 9}

    def __init__(self) -> None:
        super().__init__()
        self.armed, self.timeout_s, self.fallback_w = 1, OWNERS_S, self.told_for(7)

    @override
    def inputs(self) -> Table:
        return {
            100: u16(1),
            102: u16(1),
            130: text("AC MAX Smart", 10),
            1000: u16(self.states[self.state]),
            1005: u32(self.power_w),
        }

    @override
    def holding(self) -> Table:
        return {
            201: u16(self.armed),
            202: u16(self.timeout_s),
            203: u32(self.fallback_w),
            1600: u32(self.told_w),
            1602: u16(0),
        }

    @override
    def alive(self) -> None:
        if self.armed:
            super().alive()

    @override
    def fall(self) -> None:
        self.told_w = min(self.told_w, self.fallback_w)
        self.limit_a = round(self.told_w / self.mains_v / self.phases, 1)

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        match address, len(words):
            case 201, 1 if words[0] in {0, 1}:
                self.armed = words[0]
            case 202, 1 if words[0] <= 600:
                self.timeout_s = words[0]
                self.watchdog_s = words[0] / HURRY
            case 203, 2:
                self.fallback_w = value_of(words)
            case 1600, 2:
                self.take_power(value_of(words), function)
            case _:
                raise self.cannot(function)


class FoxEss(Powered):
    """FoxESS A series with three phases: it forgets what it was told, and shows it during a session only."""

    # Tenths of a kW make even currents of it, of which 8 A are the lowest that it can.
    mains_v = 216.7
    least_a = 8.0
    states: ClassVar = {EvState.A: 0, EvState.B: 4, EvState.C: 3, EvState.F: 6}
    most_w = 22_000.0
    least_w = 4200.0

    def __init__(self) -> None:
        super().__init__()
        self.switches_by_itself = 0
        self.validity_s, self.fallback_da, self.failsafe_a = OWNERS_S, 80, 8.0
        self.own_state: int | None = None
        """What it says instead."""
        self.to_full = False
        """As it was seen: once a command is over, it gives all that it can."""

    @override
    def holding(self) -> Table:
        state = self.states[self.state] if self.own_state is None else self.own_state
        shown_w = self.told_w if state in {2, 3, 4, 9} else self.most_w
        return {
            0x1001: u16(0x0108),
            0x1003: u16(state),
            **self.every(0x1008, [u16(self.mains_v * 10)] * 3, 1),
            **self.every(0x100B, [u16(amps * 10) for amps in self.phase_a], 1),
            0x100E: u16(self.power_w / 100),
            0x1011: u16(self.most_w / 100),
            0x1012: u16(self.least_w / 100),
            0x1016: u32(self.register_kwh * 10),
            0x1018: u32(self.session_kwh * 10),
            0x101A: u32(8 if self.state is EvState.F else 0),
            0x101E: text("A022KP1", 4),
            0x3000: u16(1),
            0x3001: u16(320),
            0x3002: u16(shown_w / 100),
            0x3005: u16(self.validity_s),
            0x3006: u16(self.fallback_da),
            0x300A: u16(self.switches_by_itself),
        }

    @override
    def fall(self) -> None:
        if self.to_full:
            self.told_w, self.limit_a = self.most_w, 32.0
            return
        super().fall()

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        match address:
            case 0x3002:
                self.told(words[0] * 100, function)
            case 0x3005 if 10 <= words[0] <= 60:
                self.validity_s = words[0]
                self.watchdog_s = words[0] / HURRY
            case 0x3006 if 60 <= words[0] <= 320:
                self.fallback_da = words[0]
                self.failsafe_a = words[0] / 10
            case 0x300A if words[0] in {0, 1}:
                self.switches_by_itself = words[0]
            case _:
                raise self.cannot(function)

    def told(self, told_w: float, function: int) -> None:
        if self.switches_by_itself:
            self.phases = 3 if told_w >= 4200 else 1
        self.take_power(told_w if told_w >= self.least_w or self.switches_by_itself else 0, function)
        self.alive()
