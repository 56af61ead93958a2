"""What an entry holds while it is set up."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .chargers.driver import ChargerDriver
from .config import SiteSetup
from .coordinator import SiteCoordinator
from .goals import Goals
from .peaks import Peaks
from .tariff_desk import Tariffs
from .vehicles import Vehicles


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeData:
    """`drivers` is by charger subentry id."""

    coordinator: SiteCoordinator
    setup: SiteSetup
    drivers: Mapping[str, ChargerDriver]
    vehicles: Vehicles
    goals: Goals
    peaks: Peaks | None = None
    """None: power has no price."""
    tariffs: Tariffs | None = None
    """None: nobody told a tariff."""


type SmartChargingConfigEntry = ConfigEntry[RuntimeData]
