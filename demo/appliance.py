"""Something in the home that can be switched off for a while, such as a boiler."""

from .electrical import VOLTAGE_V


class Appliance:
    """Takes its power whenever it is on. Whoever switches it sets `on`; without orders it stays as it is."""

    def __init__(self, name: str, *, power_w: float, wiring: tuple[int, ...]) -> None:
        """`power_w` is spread evenly over the site's phases in `wiring` (0 for L1)."""
        self.name, self.power_w, self.wiring = name, power_w, wiring
        self.on = True

    def current_a(self, phases: int) -> tuple[float, ...]:
        """A on each of the site's phases."""
        each_a = self.power_w / VOLTAGE_V / len(self.wiring) if self.on else 0.0
        return tuple(each_a if phase in self.wiring else 0.0 for phase in range(phases))
