"""Bender's charge controllers, by what others read of them, and not by our profiles."""

from typing import ClassVar, override

from custom_components.smart_charging.engine.model.evse import EvState

from .modbus import HURRY, OWNERS_S, WRITE_SEVERAL, Table, text, u16, u32
from .modbus_watchful import ModbusMeter

NOTHING = 0xFFFFFFFF


class BenderLegacy(ModbusMeter):
    """CC612 with firmware before 5.22: no sums, no model, and nothing that it could fall to."""

    watchful = False
    unit = 255
    version = "4.50"
    states: ClassVar = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.F: 5}

    def __init__(self) -> None:
        super().__init__()
        self.sums_alone = False
        """Its meter tells of all phases together, in the place of the first."""

    @override
    def holding(self) -> Table:
        return {
            100: text(self.version, 2),
            104: u16(0 if self.state is EvState.A else 1),
            122: u16(self.states[self.state]),
            **self.every(200, self.shares(self.register_kwh * 1000), 2),
            **self.every(206, self.shares(self.power_w), 2),
            **self.every(212, [u32(amps * 1000) for amps in self.phase_a], 2),
            1000: u16(self.limit_a),
        }

    def shares(self, whole: float) -> list[list[int]]:
        if self.sums_alone:
            return [u32(whole), u32(NOTHING), u32(NOTHING)]
        return [u32(whole / 3)] * 3

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        if address != 1000:
            raise self.cannot(function)
        self.take(self.check(words[0], function))


class Bender(BenderLegacy):
    """CC612 and CC613 since firmware 5.22: any traffic keeps them content."""

    watchful = True
    traffic_counts = True
    version = "5.33"

    def __init__(self) -> None:
        super().__init__()
        self.timeout_s = OWNERS_S

    @override
    def holding(self) -> Table:
        return {
            **super().holding(),
            124: u16(1),
            131: u16(self.failsafe_a),
            132: u16(self.timeout_s),
            134: u16(32),
            142: text("CC612", 10),
            218: u32(self.register_kwh * 1000),
            220: u32(self.power_w),
            **self.every(222, [u32(230)] * 3, 2),
            716: u32(self.session_kwh * 1000),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        match address:
            case 131:
                self.failsafe_a = self.check(words[0], function)
            case 132:
                self.timeout_s = words[0]
                self.watchdog_s = words[0] / HURRY
            case _:
                await super().written(address, words, function)
