"""What an entry holds while it is set up."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .chargers.driver import ChargerDriver
from .configuration.setup import SiteSetup
from .coordinator import SiteCoordinator
from .foresight.foresight import Foresight
from .foresight.goals import Goals
from .foresight.peaks import Peaks
from .foresight.tariff_desk import Tariffs
from .foresight.vehicles import Vehicles


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeData:
    """`drivers` is by charger subentry id."""

    coordinator: SiteCoordinator
    setup: SiteSetup
    drivers: Mapping[str, ChargerDriver]
    foresight: Foresight

    @property
    def vehicles(self) -> Vehicles:
        """Which cars are where, and how full."""
        return self.foresight.vehicles

    @property
    def goals(self) -> Goals:
        """What is wanted of them."""
        return self.foresight.goals

    @property
    def peaks(self) -> Peaks | None:
        """The month's peaks; None: power has no price."""
        return self.foresight.peaks

    @property
    def tariffs(self) -> Tariffs | None:
        """What a kWh costs; None: nobody told a tariff."""
        return self.foresight.tariffs if self.foresight.tariffs.told else None


type SmartChargingConfigEntry = ConfigEntry[RuntimeData]
