"""CPU of a message and its answer: our csms, and the bare library's, in turns."""

from contextlib import ExitStack
from statistics import median
from typing import Final

from .ocpp_bare import Bare
from .ocpp_ours import Ours
from .ocpp_remote import Remote
from .ocpp_size import Size
from .ocpp_swarm import Swarm, identities
from .result import Row

MINUTE: Final = {"MeterValues": 6, "Heartbeat": 1, "StatusNotification": 1, "SetChargingProfile": 2}
"""How often each kind of message comes in a minute of a charging station."""
_SENT: Final = {"MeterValues": "meter", "Heartbeat": "heartbeat", "StatusNotification": "status"}
OURS, BARE = "ours", "bare"


class Side:
    """A csms and the stations that are connected to it."""

    def __init__(self, csms: Remote, swarm: Remote, size: Size) -> None:
        self.csms = csms
        self._swarm = swarm
        self._size = size

    def begin(self, port: int) -> None:
        """Let the stations come and charge."""
        self._swarm.ask("gather", port, self._size.speakers)
        self._swarm.ask("start")

    def cpu_us(self, kind: str) -> float:
        """CPU time of the csms for one message of this kind, µs."""
        times = self._size.messages
        began_s = self.csms.ask("cpu_s")
        if kind in _SENT:
            self._swarm.ask("repeat", _SENT[kind], times)
        else:
            self.csms.ask("limit_each", times)
        spent_s: float = self.csms.ask("cpu_s") - began_s
        return spent_s / (times * self._size.speakers) * 1e6


def compare(size: Size) -> tuple[list[Row], float]:
    """A row for each kind of message, and the ratio of a station's minutes."""
    with ExitStack() as stack:
        ours, bare, near, far = (
            stack.enter_context(Remote(kind, files=size.files)) for kind in (Ours, Bare, Swarm, Swarm)
        )
        sides = {OURS: Side(ours, near, size), BARE: Side(bare, far, size)}
        port = ours.ask("listen", size.speakers)
        ours.ask("know", identities(size.speakers))
        sides[OURS].begin(port)
        ours.ask("ready", size.speakers)
        sides[BARE].begin(bare.ask("listen"))
        took_us = {kind: _in_turns(sides, kind, size.blocks) for kind in MINUTE}
    minute = {side: sum(often * took_us[kind][side] for kind, often in MINUTE.items()) for side in sides}
    messages = sum(MINUTE.values())
    took_us["these, as often as in a minute"] = {side: spent_us / messages for side, spent_us in minute.items()}
    rows: list[Row] = [{"what": f"CPU: {kind}", "unit": "µs", **of} for kind, of in took_us.items()]
    return rows, minute[OURS] / minute[BARE]


def _in_turns(sides: dict[str, Side], kind: str, blocks: int) -> dict[str, float]:
    """The median over the blocks, by side. A first block of each warms up; who goes first, changes."""
    took_us: dict[str, list[float]] = {side: [] for side in sides}
    for block in range(blocks + 1):
        for side in sorted(sides, reverse=bool(block % 2)):
            spent_us = sides[side].cpu_us(kind)
            if block:
                took_us[side].append(spent_us)
    return {side: median(values) for side, values in took_us.items()}
