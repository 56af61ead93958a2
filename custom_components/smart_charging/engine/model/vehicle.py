"""A vehicle: what is known of a car, whatever charger it is at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """Shares are from 0 to 1. Currents in A per phase: what the car itself can do, whatever its charger can."""

    vehicle_id: str
    capacity_kwh: float | None = None
    """What its battery can hold, as its owner can use it; None where nobody knows."""
    phases: int = 3
    minimum_a: float = 6.0
    maximum_a: float = 16.0
    efficiency: float = 0.93
    """Which share of what the charger gives, less `standby_w`, reaches the battery: what onboard chargers are commonly said to do."""
    standby_w: float = 250.0
    """What car and charger use up themselves while it charges, so that a low current loses more."""
    limit_soc: float = 1.0
    """Up to which it charges, whatever is wanted."""
    least_soc: float = 0.0
    """Up to which it charges at once, whatever the price: to be able to leave."""
    km_per_kwh: float = 6.0
    """How far a kWh in the battery carries it."""
    continuous: bool = False
    """It does not bear pauses: some do not wake up from one."""

    def stored_kwh(self, energy_kwh: float, hours: float) -> float:
        """Tell what reaches the battery of what a charger gives in so many hours of charging; negative if it gave back."""
        return self.efficiency * (energy_kwh - self.standby_w / 1000 * hours)
