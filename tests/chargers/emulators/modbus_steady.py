"""Chargers without a watchdog that speak Modbus, by the tables of what is known of them, and not by our profiles."""

from typing import ClassVar, override

from custom_components.smart_charging.engine.model.evse import EvState

from .modbus import (
    WRITE_COIL,
    WRITE_ONE,
    WRITE_SEVERAL,
    Table,
    lsw,
    text,
    u16,
    u32,
    u64,
    value_of,
)
from .modbus_watchful import ModbusMeter
from .modbus_watchful import Switched as SwitchedAndWatchful


class Switched(SwitchedAndWatchful):
    """As the one with a watchdog, without it."""

    watchful = False


class VictronEvcs(Switched):
    """Victron EV Charging Station by itself."""

    tells_currents = False
    tells_register = False
    unit = 0
    states: ClassVar = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.F: 11}

    def __init__(self) -> None:
        super().__init__()
        self.mode = 0

    @override
    def holding(self) -> Table:
        return {
            5009: u16(self.mode),
            5010: u16(self.running),
            5014: u16(self.power_w),
            5015: u16(self.states[self.state]),
            5016: u16(self.amps),
            5021: u16(self.session_kwh * 100),
            5055: u16(self.phases == 1),
            5100: u16(1),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 5009:
                self.mode = words[0]
            case 5010:
                self.told_to_run(running=words[0] == 1)
            case 5016:
                self.told_limit(self.check(words[0], function))
            case 5055 if not self.running:
                self.phases = 1 if words[0] == 1 else 3
            case _:
                raise self.cannot(function)


class VictronGx(Switched):
    """The same behind a GX device."""

    tells_currents = False
    tells_register = False
    unit = 100
    states = VictronEvcs.states

    def __init__(self) -> None:
        super().__init__()
        self.mode = 0

    @override
    def holding(self) -> Table:
        return {
            3815: u16(self.mode),
            3816: u32(self.session_kwh * 100),
            3821: u16(self.power_w),
            3824: u16(self.states[self.state]),
            3825: u16(self.amps),
            3826: u16(self.running),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 3815:
                self.mode = words[0]
            case 3825:
                self.told_limit(self.check(words[0], function))
            case 3826:
                self.told_to_run(running=words[0] == 1)
            case _:
                raise self.cannot(function)


class MennekesHcc3(ModbusMeter):
    """Mennekes Amtron with the controller HCC3: it tells no currents."""

    watchful = False
    tells_currents = False
    tells_register = False
    unit = 255
    states: ClassVar = {EvState.A: 1, EvState.B: 3, EvState.C: 6, EvState.F: 7}

    @override
    def inputs(self) -> Table:
        return {
            0x0302: u16(self.states[self.state]),
            0x030D: lsw(u32(self.session_kwh * 1000)),
            0x030F: lsw(u32(self.power_w)),
        }

    @override
    def holding(self) -> Table:
        return {0x0400: u16(self.limit_a)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        if address != 0x0400:
            raise self.cannot(function)
        self.take(self.check(words[0], function))


class Cfos(Switched):
    """cFos Power Brain: its state is in the low byte, and its relay can let one phase through."""

    states: ClassVar = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.F: 5}

    @override
    def holding(self) -> Table:
        return {
            8058: u64(self.register_kwh * 1000),
            8062: u32(self.power_w),
            **self.every(8064, [u32(amps * 10) for amps in self.phase_a], 2),
            8087: u16(self.phases == 1),
            8092: u16(0x0100 | self.states[self.state]),
            8093: u16(self.amps * 10),
            8094: u16(self.running),
            8113: u16(0x0100),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 8087 if not self.running:
                self.phases = 1 if words[0] == 1 else 3
            case 8093:
                self.told_limit(self.check(words[0] / 10, function))
            case 8094:
                self.told_to_run(running=words[0] == 1)
            case _:
                raise self.cannot(function)


class NrgKick(Switched):
    """NRGkick Gen2: a 1 pauses it."""

    states: ClassVar = {EvState.A: 1, EvState.B: 7, EvState.C: 3, EvState.F: 6}

    @override
    def holding(self) -> Table:
        return {
            11: text("NRGkick Gen2 32A", 16),
            36: u16(3),
            194: u16(self.amps * 10),
            195: u16(not self.running),
            198: u16(self.phases),
            199: lsw(u64(self.register_kwh * 1000)),
            203: lsw(u32(self.session_kwh * 1000)),
            210: lsw(u32(self.power_w * 1000)),
            **self.every(217, [u16(23_000)] * 3, 1),
            **self.every(220, [u16(amps * 1000) for amps in self.phase_a], 1),
            251: u16(self.states[self.state]),
            257: u16(3 if self.state is EvState.F else 0),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 194:
                self.told_limit(self.check(words[0] / 10, function))
            case 195:
                self.told_to_run(running=words[0] == 0)
            case _:
                raise self.cannot(function)


class Charx(ModbusMeter):
    """Phoenix Contact CHARX SEC: its first connector."""

    watchful = False

    @override
    def holding(self) -> Table:
        return {
            1112: u16(5),
            **self.every(1232, [u32(230_000)] * 3, 2),
            **self.every(1238, [u32(amps * 1000) for amps in self.phase_a], 2),
            1244: u32(self.power_w * 1000),
            1250: u64(self.register_kwh * 1000),
            1289: u32(self.session_kwh * 1000),
            1299: u16(ord(self.state.value.upper()) << 8),
            1301: u16(self.limit_a),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        if address != 1301:
            raise self.cannot(function)
        self.take(self.check(words[0], function))


class SolaxG1(Switched):
    """SolaX, first generation: commands that cannot be read back."""

    states: ClassVar = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.F: 4}

    @override
    def inputs(self) -> Table:
        return {
            **self.every(0x0000, [u16(23_000)] * 3, 1),
            **self.every(0x0004, [u16(amps * 100) for amps in self.phase_a], 1),
            0x000B: u16(self.power_w),
            0x0010: self.ordered(u32(self.register_kwh * 10)),
            0x001D: u16(self.states[self.state]),
        }

    @staticmethod
    def ordered(words: list[int]) -> list[int]:
        return words

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 0x0627 if words[0] in {3, 4}:
                self.told_to_run(running=words[0] == 4)
            case 0x0628:
                self.told_limit(self.check(words[0] / 100, function))
            case _:
                raise self.cannot(function)


class SolaxG2(SolaxG1):
    """The second generation: another order of words, and phases."""

    firmware = 905

    @staticmethod
    @override
    def ordered(words: list[int]) -> list[int]:
        return lsw(words)

    @override
    def inputs(self) -> Table:
        return {**super().inputs(), 0x0025: u16(self.firmware), 0xA02A: u16(1 if self.phases == 1 else 2)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        if address == 0xA105 and not self.running:
            self.only(function, WRITE_ONE)
            self.phases = 1 if words[0] == 1 else 3
            return
        await super().written(address, words, function)


class PeblarModbus(ModbusMeter):
    """Peblar by Modbus."""

    watchful = False
    unit = 255

    def __init__(self) -> None:
        super().__init__()
        self.independent_relay = 1

    @override
    def inputs(self) -> Table:
        return {
            30000: u64(self.register_kwh * 1000),
            30014: u32(self.power_w),
            **self.every(30016, [u32(230)] * 3, 2),
            **self.every(30022, [u32(amps * 1000) for amps in self.phase_a], 2),
            30092: u16(3),
            30093: u16(self.independent_relay),
            30110: u16(ord(self.state.value.upper())),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        match address:
            case 40000:
                self.only(function, WRITE_SEVERAL)
                self.take(self.check(value_of(words) / 1000, function))
            case 40002:
                self.only(function, WRITE_ONE)
                self.phases = 1 if words[0] == 1 else 3
            case _:
                raise self.cannot(function)


class GoEModbus(Switched):
    """go-e by Modbus: function code 16 only, and one register that must not be worn out."""

    states: ClassVar = {EvState.A: 1, EvState.B: 4, EvState.C: 2, EvState.F: 0}

    def __init__(self) -> None:
        super().__init__()
        self.memory_writes = 0

    @override
    def inputs(self) -> Table:
        return {
            100: u16(self.states[self.state]),
            **self.every(108, [u32(230)] * 3, 2),
            **self.every(114, [u32(amps * 10) for amps in self.phase_a], 2),
            120: u32(self.power_w * 100),
            128: u32(self.register_kwh * 10),
            132: u32(self.session_kwh * 360_000),
        }

    @override
    def holding(self) -> Table:
        return {
            211: u16(32),
            299: u16(self.amps),
            300: u16(16),
            332: u16(1 if self.phases == 1 else 2),
            337: u16(0 if self.running else 1),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        match address:
            case 299:
                self.told_limit(self.check(words[0], function))
            case 300:
                self.memory_writes += 1
            case 332:
                self.phases = 1 if words[0] == 1 else 3
            case 337:
                self.told_to_run(running=words[0] != 1)
            case _:
                raise self.cannot(function)


class PhoenixEm(Switched):
    """Phoenix Contact EM-CP-PP-ETH: a coil lets it charge."""

    unit = 180

    @override
    def inputs(self) -> Table:
        return {
            100: u16(ord(self.state.value.upper())),
            102: lsw(u32(60)),
            **self.every(108, [lsw(u32(23_000))] * 3, 2),
            **self.every(114, [lsw(u32(amps * 1000)) for amps in self.phase_a], 2),
            120: lsw(u32(self.power_w / 10)),
            128: lsw(u32(self.register_kwh * 100)),
        }

    @override
    def holding(self) -> Table:
        return {300: u16(self.amps)}

    @override
    def coils(self) -> Table:
        return {400: u16(self.running)}

    @override
    def discrete(self) -> Table:
        # Its door stands open.
        return {1: u16(1)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        match address:
            case 300:
                self.only(function, WRITE_ONE)
                self.told_limit(self.check(words[0], function))
            case 400:
                self.only(function, WRITE_COIL)
                self.told_to_run(running=bool(words[0]))
            case _:
                raise self.cannot(function)
