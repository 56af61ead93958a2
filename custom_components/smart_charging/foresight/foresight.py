"""Foresight: all that looks ahead for one site. Who is there, what is wanted, what it will cost, and the plans that come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant, callback

from ..configuration.setup import SiteSetup
from ..engine.accounting.cheap_hours import cheap_hours
from ..engine.accounting.session import SessionEnergy
from ..engine.model.aim import Aim
from ..engine.model.battery_plan import BatteryPlan
from ..engine.model.decision import Decision
from ..engine.model.mode import Mode
from ..engine.model.off_peak import OffPeak
from ..engine.model.peak_watch import PeakWatch
from ..engine.model.plan import Plan
from ..engine.model.site import Site
from ..engine.model.snapshot import SiteSnapshot
from ..sources.limit import LimitReading
from ..store import SiteStore
from .goals import Goals
from .house_hours import HouseHours
from .limits_ahead import LimitsAhead
from .outlooks import Outlooks
from .peak_store import PeakStore
from .peaks import Peaks
from .plans import Plans
from .price_store import PriceStore
from .tariff_desk import Tariffs
from .vehicles import Vehicles


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is wanted of the cars that are here, and the plans of those that charge by one; by charger id."""

    aims: Mapping[str, Aim] = field(default_factory=dict[str, Aim])
    plans: Mapping[str, Plan] = field(default_factory=dict[str, Plan])
    off_peak: OffPeak | None = None
    """Whether it is cheap now by the tariff, for cars of which nobody wants more than that; None: nobody knows."""
    peak: PeakWatch | None = None
    """How high the window of power may become that runs; None where that is not guarded."""
    battery: BatteryPlan | None = None
    """What is planned for the home battery; None: nothing."""
    wakeable: frozenset[str] = frozenset()
    """The chargers whose car can be woken by its own means."""


class Foresight:
    """Keeps it up to date, tick by tick. `peaks` is None where power has no price."""

    def __init__(
        self,
        hass: HomeAssistant,
        setup: SiteSetup,
        store: SiteStore,
        *,
        prices: PriceStore,
        hours: HouseHours,
        months: PeakStore,
    ) -> None:
        """Make it; what is kept is loaded, see `async_load_foresight`."""
        self._prices = prices
        self.vehicles = Vehicles(hass, setup.vehicles, setup.cards, store)
        self.goals = Goals(hass, self.vehicles, store)
        self.tariffs = Tariffs(hass, setup.tariff, prices)
        self.outlooks = Outlooks(hass, setup, hours)
        peak = None if setup.tariff is None else setup.tariff.peak
        self.peaks = None if peak is None else Peaks(hass, setup, peak, months)
        self.limits = LimitsAhead(hass, setup.limits)
        self.plans = Plans(
            hass,
            self.tariffs,
            self.outlooks,
            self.limits,
            self.peaks,
            storage=lambda: self.outlooks.storage() if store.steers_battery else None,
        )

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when a tick should look again."""
        self.vehicles.start(on_change)
        self.goals.start(on_change)
        if self.peaks is not None:
            self.peaks.start()
        self.plans.start(on_change)

    async def stop(self) -> None:
        """Listen no more, and write down what is due."""
        self.vehicles.stop()
        self.goals.stop()
        await self.plans.stop()
        if self.peaks is not None:
            await self.peaks.stop()
        await self._prices.async_save()

    @callback
    def look(
        self,
        snapshot: SiteSnapshot,
        site: Site,
        sessions: Mapping[str, SessionEnergy],
        limits: Mapping[str, LimitReading],
    ) -> Ahead:
        """Take into account what a tick saw; `limits`, those that come and go, are by limit id. Never awaits."""
        at = snapshot.at
        self.vehicles.update(at, snapshot.evses, sessions)
        self.goals.update(at, sessions)
        self.outlooks.note(snapshot)
        self.limits.note(limits)
        if self.peaks is not None:
            self.peaks.note(snapshot)
        aims = self.goals.aims(at, site, snapshot.evses, sessions)
        planned = {evse_id: aim for evse_id, aim in aims.items() if snapshot.modes.get(evse_id) is Mode.SMART}
        tariff = self.tariffs.tariff(at)
        plans = self.plans.update(at, site, planned, snapshot.evses)
        return Ahead(
            aims=aims,
            plans=plans,
            peak=None if self.peaks is None else self.peaks.watch(at, self.plans.wanted_kw),
            off_peak=None if tariff is None else cheap_hours(tariff, at),
            battery=self.plans.battery(at),
            wakeable=frozenset(self.vehicles.wakeable),
        )

    @callback
    def learn(self, decision: Decision) -> None:
        """Take into account what a tick decided."""
        self.vehicles.learn(decision)


async def async_load_foresight(hass: HomeAssistant, entry_id: str, setup: SiteSetup, store: SiteStore) -> Foresight:
    """Make the foresight of a site, with what is kept of it."""
    prices, hours, months = PriceStore(hass, entry_id), HouseHours(hass, entry_id), PeakStore(hass, entry_id)
    for kept in (prices, hours, months):
        await kept.async_load()
    return Foresight(hass, setup, store, prices=prices, hours=hours, months=months)


async def async_remove_foresight(hass: HomeAssistant, entry_id: str) -> None:
    """Delete what is kept of a site for it."""
    for kept in (PriceStore(hass, entry_id), HouseHours(hass, entry_id), PeakStore(hass, entry_id)):
        await kept.async_remove()
