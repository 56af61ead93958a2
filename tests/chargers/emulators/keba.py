"""A KEBA by its UDP Programmers Guide V2.01: it answers to one port, whichever it was asked from."""

import asyncio
import json
import socket
from typing import Any, override

from custom_components.smart_charging.engine.model.evse import EvState

from .emulator import Emulator
from .watchdog import Dog

_STATES = {EvState.A: (1, 1), EvState.B: (2, 7), EvState.C: (3, 7), EvState.F: (4, 7), EvState.E: (0, 0)}
_LONGEST = 60_000
"""More does not fit into a datagram."""

_TAKES_S = 0.001
"""Time to think, in which a second request would be seen."""


def free_port() -> int:
    """A UDP port that nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class KebaEmulator(Emulator, asyncio.DatagramProtocol):
    """Reports are JSON, commands are answered by TCH-OK or TCH-ERR."""

    def __init__(self, host: str = "127.0.0.1", answer_port: int | None = None) -> None:
        super().__init__()
        self.host = host
        self.answer_port = answer_port or free_port()
        self.watchdog_s = 0.6
        self.dog = Dog(self._fall_back)
        self.product = "KC-P30-EC240422-E00"
        self.knows_failsafe = self.knows_currtime = True
        self.user_ma, self.enable_user, self.enable_sys = 6000, 1, 1
        self.hardware_ma = 32000
        self.failsafe_s, self.failsafe_ma = 0, 6000
        self.told: list[str] = []
        self.raw: dict[str, Any] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @override
    async def start(self) -> None:
        self.ending.clear()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))
        self.port = self._transport.get_extra_info("sockname")[1]

    @override
    async def stop(self) -> None:
        self.ending.set()
        self.dog.stop()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    @override
    def restart(self) -> None:
        super().restart()
        self.user_ma, self.enable_user, self.enable_sys = 6000, 1, 1
        self.failsafe_s, self.dog.watching = 0, False

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.user_ma, self.enable_user, self.enable_sys = int(limit_a * 1000), 1, 1

    @override
    async def fallen_back(self) -> None:
        async with asyncio.timeout(10 * self.watchdog_s):
            await self.dog.barked.wait()

    def _fall_back(self) -> None:
        self.enable_sys = 0
        self.limit_a = self.failsafe_ma / 1000

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.requests += 1
        self.dog.sign(self.watchdog_s)
        if self.silent or self._transport is None:
            return
        command = data.decode()
        self.told.append(command)
        # It tells of changes unasked, too.
        self._transport.sendto(b'{"E pres": 0}\n', (addr[0], self.answer_port))
        self.open_requests += 1
        self.most_open_requests = max(self.most_open_requests, self.open_requests)
        answer = self._answer(command) if self.garbage is None else self.garbage[:_LONGEST]
        asyncio.get_running_loop().call_later(_TAKES_S, self._send, answer, addr[0])

    def _send(self, answer: bytes, host: str) -> None:
        self.open_requests -= 1
        if self._transport is not None:
            self._transport.sendto(answer, (host, self.answer_port))

    def _answer(self, command: str) -> bytes:
        match command.split():
            case ["report", number]:
                return f"{json.dumps(self._report(number))}\n".encode()
            case _ if self.refusing:
                return b"TCH-ERR :refused\n"
            case [("currtime" | "curr") as how, current_ma, *_] if self._takes(how, int(current_ma)):
                self.user_ma = int(current_ma)
                if self.enable_sys:
                    self.take(self.user_ma / 1000)
                return b"TCH-OK :done\n"
            case ["ena", ("0" | "1") as enabled]:
                self.enable_user = self.enable_sys = int(enabled)
                self.take(self.enable_user * self.user_ma / 1000)
                return b"TCH-OK :done\n"
            case ["failsafe", after_s, current_ma, "0"] if self.knows_failsafe and 10 <= int(after_s) <= 600:
                self.failsafe_s, self.failsafe_ma = int(after_s), int(current_ma)
                self.dog.watching = True
                return b"TCH-OK :done\n"
        return b"TCH-ERR :unknown\n"

    def _takes(self, how: str, current_ma: int) -> bool:
        return 6000 <= current_ma <= 63000 and (how == "curr" or self.knows_currtime)

    def _report(self, number: str) -> dict[str, Any]:
        state, plug = _STATES[self.state]
        reports: dict[str, dict[str, Any]] = {
            "1": {"Product": self.product, "Serial": "15017355", "Firmware": "P30 v 3.10.16"},
            "2": {
                "State": state,
                "Error1": 8,
                "Error2": 6,
                "Plug": plug,
                "Enable sys": self.enable_sys,
                "Enable user": self.enable_user,
                "Max curr": self.user_ma if self.enable_sys else self.failsafe_ma,
                "Curr HW": self.hardware_ma,
                "Curr user": self.user_ma,
                "Curr FS": self.failsafe_ma,
                "Tmo FS": self.failsafe_s,
            },
            "3": {
                **{f"U{phase + 1}": 230 for phase in range(3)},
                **{f"I{phase + 1}": round(self.current_a * 1000) for phase in range(3)},
                "P": self.power_w * 1000,
                "E pres": (self.register_kwh - self.plugged_at_kwh) * 10_000,
                "E total": self.register_kwh * 10_000,
            },
        }
        return {"ID": number} | reports[number] | self.raw
