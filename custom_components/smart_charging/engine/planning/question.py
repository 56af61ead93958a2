"""What a planner is asked: the site, the cars at it, what is wanted, and what is known of the time to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..model.home_battery import SteeredBattery
from ..model.limit import LimitSpan
from ..model.order import Order
from ..model.outlook import Outlook
from ..model.peak_month import PeakMonth
from ..model.plan import Plan
from ..model.site import Site
from ..model.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asked at `at`, UTC. `orders` and `before`, the plans that hold so far, are by charger id, `limits` by circuit id."""

    at: datetime
    site: Site
    orders: Mapping[str, Order]
    tariff: Tariff
    outlook: Outlook = field(default_factory=Outlook)
    before: Mapping[str, Plan] = field(default_factory=dict[str, Plan])
    month: PeakMonth | None = None
    """What the month's peaks are so far, where power has a price."""
    limits: Mapping[str, Sequence[LimitSpan]] = field(default_factory=dict[str, Sequence[LimitSpan]])
    """When limits are known to hold beside those of the site; circuits that it does not have are ignored."""
    storage: SteeredBattery | None = None
    """The home battery, where a plan may steer it."""
