"""What opens a supply or a circuit, and who closes it again."""

from typing import Final

from .protection import Protection

DARK_S: Final = 60
"""After a trip somebody walks to the board and closes it again."""


class Switchgear:
    """What opens when it carries too much, and is closed again after `DARK_S`."""

    def __init__(self, protection: Protection) -> None:
        """Closed, and cold."""
        self._protection = protection
        self._dark_s = 0

    @property
    def closed(self) -> bool:
        """Whether current can flow in the next second."""
        return self._dark_s == 0

    def step(self, load_a: tuple[float, ...]) -> bool:
        """One second; whether it opened in it."""
        opened = self._protection.step(load_a)
        if not self.closed:
            self._dark_s -= 1
            return False
        if opened:
            self._dark_s = DARK_S
            self._protection.reset()
        return opened
