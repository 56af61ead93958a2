"""What is known of stations that do not do what they say, as data: who, what they need, and who found out.

What no row knows, the ladder finds out (`csms.ladder`). Vendor and model are compared without regard to case, by how
they begin; a firmware is in range when its numbers, read in order, are below `firmware_below`.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from .records import ProfileStyle, RateUnit, StationInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One kind of station. None, and 0, is: nothing special.

    `settle_s`: how long after a transaction's start it takes no limit. `advice`: what its owner has to do at the station
    before it takes limits, as a key of a translated text.
    """

    source: str
    vendor: str = ""
    model: str = ""
    firmware_below: str | None = None
    stack_level: int | None = None
    unit: RateUnit | None = None
    settle_s: float = 0.0
    advice: str | None = None

    def fits(self, info: StationInfo) -> bool:
        """Whether the row is about this station."""
        if not (self.vendor or self.model):
            return False
        return (
            info.vendor.casefold().startswith(self.vendor.casefold())
            and info.model.casefold().startswith(self.model.casefold())
            and (self.firmware_below is None or _numbers(info.firmware) < _numbers(self.firmware_below))
        )


def _numbers(firmware: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", firmware))


QUIRKS: Final = (
    # Terra AC names a highest level of 3, and takes no profile but at 0.
    Quirk(vendor="ABB", stack_level=0, source="lbbrhzn/ocpp#1737"),
    # Elvi names 6, and takes none but at 0; it refuses a maximum for the station in any form.
    Quirk(vendor="EV-BOX", stack_level=0, source="lbbrhzn/ocpp#221"),
    Quirk(vendor="EVBox", stack_level=0, source="lbbrhzn/ocpp#221"),
    Quirk(vendor="Free2move", settle_s=1.0, source="lbbrhzn/ocpp#2080"),
    # Takes power alone; its vendor is an empty text.
    Quirk(model="ACChargePoint", unit=RateUnit.W, source="lbbrhzn/ocpp#1635"),
    Quirk(vendor="Huawei", unit=RateUnit.W, source="lbbrhzn/ocpp#1810"),
    # go-e's takes amperes alone.
    Quirk(vendor="go-e", unit=RateUnit.A, source="goecharger/go-eCharger-API-v2#190"),
    # Refuses every limit with the words that control by an external system is disabled.
    Quirk(vendor="Schneider", advice="external_control_off", source="lbbrhzn/ocpp#877"),
)


def find_quirk(info: StationInfo | None) -> Quirk | None:
    """The first row that is about this station; None where there is none."""
    return None if info is None else next((quirk for quirk in QUIRKS if quirk.fits(info)), None)


def style_for(info: StationInfo | None) -> ProfileStyle:
    """How limits are put to this station at first."""
    quirk = find_quirk(info)
    style = ProfileStyle()
    return style if quirk is None else replace(style, stack_level=quirk.stack_level, unit=quirk.unit)
