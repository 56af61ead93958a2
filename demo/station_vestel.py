"""A Vestel EVC04, also sold as Webasto Unite, by its Modbus TCP registers: unit 255, a life bit, a failsafe current."""

from datetime import datetime, timedelta
from typing import Any, Final, override

from tmodbus.exceptions import IllegalDataAddressError, IllegalDataValueError, IllegalFunctionError
from tmodbus.pdu import ReadHoldingRegistersPDU, ReadInputRegistersPDU, WriteSingleRegisterPDU
from tmodbus.server import AsyncTcpServer

from .electrical import VOLTAGE_V
from .local_station import FIRST_A, LocalStation

UNIT: Final = 255
TIMEOUT_S: Final = 20
"""How long it waits for a sign of life before it goes to its failsafe current."""

_STATE, _CHARGING, _CABLE = 1000, 1001, 1004
_CURRENTS, _VOLTAGES, _POWER, _ENERGY, _SESSION = 1008, 1014, 1020, 1036, 1502
_FAILSAFE, _TIMEOUT, _LIMIT, _ALIVE = 2000, 2002, 5004, 6000


class VestelStation(LocalStation):
    """Falls back when nobody gives a sign of life."""

    failsafe_a = FIRST_A
    _server: AsyncTcpServer | None = None
    _alive_at: datetime | None = None

    @override
    async def listen(self) -> None:
        server = AsyncTcpServer("127.0.0.1", self, port=self.port, reuse_address=True)
        await server.start()
        # It does not tell its port otherwise.
        listening = server._server  # noqa: SLF001
        self.port = listening.sockets[0].getsockname()[1] if listening is not None else 0
        self._server = server

    @override
    async def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    @override
    def tick(self, now: datetime) -> None:
        if self._alive_at is not None and now - self._alive_at > timedelta(seconds=TIMEOUT_S):
            self._alive_at = None
            self.outlet.told_a = min(self.outlet.told_a or 0.0, self.failsafe_a)

    def supports_unit_id(self, unit_id: int) -> bool:
        """Whether it answers to this unit (tmodbus asks its handler)."""
        return unit_id == UNIT

    async def __call__(self, _unit_id: int, request: Any, /) -> Any:
        """Answer one request."""
        match request:
            case ReadInputRegistersPDU():
                return self._read(self._inputs(), request)
            case ReadHoldingRegistersPDU():
                return self._read(self._holding(), request)
            case WriteSingleRegisterPDU():
                self._write(request.address, request.value)
                return request.value
            case _:
                raise IllegalFunctionError(request.function_code)

    def _read(self, words: dict[int, int], request: Any) -> list[int]:
        asked = range(request.start_address, request.start_address + request.quantity)
        if any(address not in words for address in asked):
            raise IllegalDataAddressError(request.function_code)
        return [words[address] for address in asked]

    def _inputs(self) -> dict[int, int]:
        outlet = self.outlet
        amps = [*outlet.current_a, 0.0, 0.0][:3]
        energy = round(outlet.energy_wh)
        words = {
            _STATE: 0,
            _CHARGING: int(self.letter == "C"),
            _CABLE: 3 if outlet.car is not None else 0,
            **_long(_POWER, round(outlet.power_w)),
            **_long(_ENERGY, energy // 100),
            **_long(_SESSION, energy),
            **dict.fromkeys((404, *range(1005, 1008)), 0),
        }
        for phase, current_a in enumerate(amps):
            words |= {_CURRENTS + 2 * phase: round(current_a * 1000), _CURRENTS + 2 * phase + 1: 0}
            words |= {_VOLTAGES + 2 * phase: round(VOLTAGE_V), _VOLTAGES + 2 * phase + 1: 0}
        # Serial number and firmware, two characters a word, none of them.
        return words | dict.fromkeys((*range(100, 125), *range(230, 280)), 0)

    def _holding(self) -> dict[int, int]:
        return {
            _FAILSAFE: round(self.failsafe_a),
            _TIMEOUT: TIMEOUT_S,
            _LIMIT: round(self.outlet.told_a or 0),
            _ALIVE: 0,
        }

    def _write(self, address: int, value: int) -> None:
        self._alive_at = self._clock()
        match address:
            case _ if address == _ALIVE:
                pass
            case _ if address == _FAILSAFE:
                self.failsafe_a = float(value)
            case _ if address == _TIMEOUT:
                pass
            case _ if address == _LIMIT:
                if value and not FIRST_A <= value <= self.outlet.profiles.hardware_maximum_a:
                    raise IllegalDataValueError(6)
                self.tell(float(value))
            case _:
                raise IllegalDataAddressError(6)


def _long(address: int, value: int) -> dict[int, int]:
    """32 bits, the higher word first."""
    return {address: value >> 16, address + 1: value & 0xFFFF}
