"""How much of the machine Home Assistant took, over all the processes that were it."""

import time
from collections.abc import Callable


class Usage:
    """Processor time as a share of one core, and the largest resident memory seen."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Counts from now; `clock` is in s."""
        self._clock = clock
        self._since_s = clock()
        self._ended_cpu_s = 0.0
        self._began_cpu_s = self._last_cpu_s = 0.0
        self._memory_bytes = 0

    def began(self, *, cpu_s: float) -> None:
        """A process is watched from now on; it has used `cpu_s` so far, which is not counted."""
        self._ended_cpu_s += self._last_cpu_s - self._began_cpu_s
        self._began_cpu_s = self._last_cpu_s = cpu_s

    def seen(self, *, cpu_s: float, memory_bytes: int) -> None:
        """The process watched has used so much since it began."""
        self._last_cpu_s = cpu_s
        self._memory_bytes = max(self._memory_bytes, memory_bytes)

    @property
    def cpu_share(self) -> float:
        """1 is one core."""
        wall_s = self._clock() - self._since_s
        used_s = self._ended_cpu_s + self._last_cpu_s - self._began_cpu_s
        return round(used_s / wall_s, 4) if wall_s > 0 else 0.0

    @property
    def memory_mb(self) -> float:
        """In 10⁶ bytes."""
        return round(self._memory_bytes / 1e6, 1)
