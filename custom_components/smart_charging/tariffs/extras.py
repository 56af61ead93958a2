"""What comes on top of the price of energy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from ..engine.model.tariff import PriceSlot
from .hours import TimeOfUse
from .slots import added, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """They apply in this order: the surcharge and the grid fee are added to the price, then VAT to the sum of all."""

    surcharge_per_kwh: float = 0.0
    grid_fee: TimeOfUse | None = None
    vat: float = 0.0
    """0.19 for 19 %; 0 where all prices have it in."""

    def applied(self, slots: Iterable[PriceSlot], zone: tzinfo) -> tuple[PriceSlot, ...]:
        """Tell what is paid, where `slots` are what energy alone costs."""
        prices = tuple(slots)
        if self.grid_fee is not None and prices:
            fees = self.grid_fee.slots(prices[0].start, prices[-1].end, zone)
            prices = tuple(added(prices, fees))
        return joined(replace(slot, price_per_kwh=self._paid(slot.price_per_kwh)) for slot in prices)

    def _paid(self, price_per_kwh: float) -> float:
        return (price_per_kwh + self.surcharge_per_kwh) * (1.0 + self.vat)


NO_EXTRAS: Final = Extras()
