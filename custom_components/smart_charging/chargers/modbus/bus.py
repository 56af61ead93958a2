"""One charger's requests over Modbus, and its failures as ours."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from modbus_connection import (
    ExceptionCode,
    ModbusConnectionError,
    ModbusError,
    ModbusExceptionError,
    ModbusTimeoutError,
    ModbusUnit,
)

from ..errors import ChargerError, ChargerRefusedError, ChargerSilentError, ChargerUnreachableError
from .profile import WRITE_SEVERAL, Kind, Profile, Raw, Register
from .reading import Values
from .values import decode, encode

MOST_REGISTERS: Final = 100
"""So many at a time; the protocol allows 125, and some devices less."""

LACKING: Final = frozenset({ExceptionCode.ILLEGAL_FUNCTION, ExceptionCode.ILLEGAL_DATA_ADDRESS})
"""What a device answers that has nothing at an address."""

# The shared connection asks a device that is busy again and again for a minute, and keeps everybody else waiting.
_PATIENCE: Final = 1.5

# What a gateway says of a device behind it, or a device of a request that it goes on with.
_SILENT: Final = frozenset({ExceptionCode.ACKNOWLEDGE, ExceptionCode.GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND})


class RegisterRefusedError(ChargerRefusedError):
    """It answered with an exception; `lacks`: because it has nothing there."""

    def __init__(self, code: int | None) -> None:
        self.lacks = code in LACKING
        super().__init__(f"it answers with Modbus exception {code}", str(code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Neighbouring registers of one kind."""

    kind: Kind
    address: int
    count: int

    @property
    def end(self) -> int:
        """The address after the last."""
        return self.address + self.count


def spans(registers: Iterable[Register], *, single: bool) -> list[Span]:
    """What to ask for to have all of these: neighbours together, unless `single`; never over a gap, nor one twice."""
    wanted = sorted(
        {Span(kind=each.kind, address=at, count=size) for each in registers for at, size in each.spans},
        key=lambda span: (span.kind, span.address, span.count),
    )
    if single:
        return wanted
    joined: list[Span] = []
    for span in wanted:
        last = joined[-1] if joined else None
        if (
            last is None
            or last.kind is not span.kind
            or span.address > last.end
            or span.end - last.address > MOST_REGISTERS
        ):
            joined.append(span)
        else:
            joined[-1] = Span(kind=last.kind, address=last.address, count=max(last.end, span.end) - last.address)
    return joined


class Bus:
    """Asks one unit. What goes one after the other is the shared connection's to see to."""

    def __init__(self, unit: ModbusUnit, profile: Profile, timeout_s: float) -> None:
        self._unit = unit
        self._single = profile.single_reads
        self._lacking: set[str] = set()
        self._patience_s = _PATIENCE * timeout_s
        unit.require_timeout(timeout_s)
        if profile.spacing_s:
            unit.set_message_spacing(profile.spacing_s)

    def forget(self) -> None:
        """Ask again for what it did not have: it may be another one, or a newer one."""
        self._lacking.clear()

    def close(self) -> None:
        """Let the connection be as others want it."""
        self._unit.require_timeout(None)
        self._unit.set_message_spacing(0)

    async def read(self, registers: Iterable[Register]) -> Values:
        """Give what stands in these: nothing at all in one that it lacks. Raises a `ChargerError`."""
        every = tuple(registers)
        sure, perhaps = [each for each in every if not each.optional], [each for each in every if each.optional]
        words = await self._words(sure)
        for register in perhaps:
            if register.name in self._lacking:
                continue
            try:
                words |= await self._words([register])
            except RegisterRefusedError as error:
                if not error.lacks:
                    raise
                self._lacking.add(register.name)
        return {each.name: () if each.name in self._lacking else _values(each, words) for each in every}

    async def write(self, register: Register, raw: float) -> None:
        """Write this, raw. Raises a `ChargerError`."""
        words, connected = encode(register, raw), self._unit.connected
        try:
            try:
                await self._send(register, words)
            except ModbusConnectionError:
                if connected:
                    raise
                # Nothing was sent. It may have joined an attempt to connect that began before the charger was there, and
                # that the shared connection forgets with the next turn of the loop.
                await asyncio.sleep(0)
                await self._send(register, words)
        except (ModbusError, OSError) as error:
            failure = await self._failure(error)
            if connected and not isinstance(failure, ChargerRefusedError):
                # Its answer is what is missing: it may have done it.
                raise ChargerSilentError(str(failure)) from error
            raise failure from error

    async def _send(self, register: Register, words: list[int]) -> None:
        async with asyncio.timeout(self._patience_s):
            if register.kind is Kind.COIL:
                await self._unit.write_coil(register.address, bool(words[0]))
            elif register.function == WRITE_SEVERAL:
                await self._unit.write_registers(register.address, words)
            else:
                await self._unit.write_register(register.address, words[0])

    async def _words(self, registers: list[Register]) -> dict[tuple[Kind, int], int]:
        words: dict[tuple[Kind, int], int] = {}
        for span in spans(registers, single=self._single):
            try:
                async with asyncio.timeout(self._patience_s):
                    found = await self._ask(span.kind)(span.address, span.count)
            except (ModbusError, OSError) as error:
                raise await self._failure(error) from error
            words.update({(span.kind, span.address + index): int(word) for index, word in enumerate(found)})
        return words

    def _ask(self, kind: Kind) -> Callable[[int, int], Awaitable[list[int] | list[bool]]]:
        match kind:
            case Kind.HOLDING:
                return self._unit.read_holding_registers
            case Kind.INPUT:
                return self._unit.read_input_registers
            case Kind.COIL:
                return self._unit.read_coils
            case Kind.DISCRETE:
                return self._unit.read_discrete_inputs

    async def _failure(self, error: ModbusError | OSError) -> ChargerError:
        if isinstance(error, OSError):
            # One that has died without a word looks like this for minutes. A timeout is such an error too; a converter's
            # socket gives others as they are.
            with suppress(ModbusError, OSError):
                await self._unit.disconnect()
        match error:
            case ModbusTimeoutError() | TimeoutError():
                return ChargerSilentError("it does not answer in time")
            case ModbusConnectionError() | OSError():
                return ChargerUnreachableError("there is no connection to it")
            case ModbusExceptionError(exception_code=code) if code in _SILENT:
                return ChargerSilentError(f"it does not answer in time (Modbus exception {code})")
            case ModbusExceptionError(exception_code=ExceptionCode.GATEWAY_PATH_UNAVAILABLE):
                return ChargerUnreachableError("the gateway knows no way to it")
            case ModbusExceptionError(exception_code=code):
                return RegisterRefusedError(code)
            case _:
                return ChargerError("its answer cannot be read")


def _values(register: Register, words: dict[tuple[Kind, int], int]) -> tuple[Raw | None, ...]:
    return tuple(
        decode(register, [words[register.kind, address + index] for index in range(size)])
        for address, size in register.spans
    )
