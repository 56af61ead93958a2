"""The tariff of a site: what a kWh costs from today on, from whatever tells it, and what it may cost after that."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..configuration.tariffs import ColouredPrices, DispatchedPrices, DynamicPrices, TariffConfig
from ..engine.model.carbon import Carbon
from ..engine.model.tariff import PriceSlot, Tariff
from ..sources.day_colour import DayColourSource
from ..sources.dispatch import DispatchSource
from ..sources.power import finite
from ..sources.price import PriceSource
from ..sources.price_catalogue import factor_of
from ..tariffs.forecast import forecast, noted
from ..tariffs.hours import TimeOfUse
from ..tariffs.slots import filled, within
from .carbon_desk import CarbonDesk
from .price_store import KeptPrices, PriceStore

AHEAD: Final = timedelta(days=4)
"""How far it is told: a car that leaves on Monday is planned for on Friday."""

QUARTER: Final = timedelta(minutes=15)

type Slots = tuple[PriceSlot, ...]


class Energy(Protocol):
    """What a kWh of energy costs, without what comes on top."""

    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen."""

    def stop(self) -> None:
        """Listen no more."""

    async def async_ask(self) -> None:
        """Ask at once for what else would come by and by."""

    def slots(self, start: datetime, end: datetime, at: datetime) -> Slots:
        """List the prices from `start` to `end` as they are known at `at`, UTC; what nobody has published is estimated."""


class Tariffs:
    """The tariff of a site that has one."""

    def __init__(self, hass: HomeAssistant, config: TariffConfig | None, store: PriceStore) -> None:
        self._hass = hass
        self._config = config
        self._energy = None if config is None else _energy(hass, config, store)
        carbon = None if config is None else config.carbon
        self._carbon = None if carbon is None else CarbonDesk(hass, carbon.entity_ids, store)
        self._told: tuple[object, Tariff] | None = None
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def told(self) -> bool:
        """Whether anybody told a tariff."""
        return self._config is not None

    @property
    def has_carbon(self) -> bool:
        """Whether it is told what the grid emits."""
        return self._carbon is not None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when prices are other ones than before."""
        self._on_change = on_change
        if self._energy is not None:
            self._energy.start(self._changed)
        if self._carbon is not None:
            self._carbon.start(self._changed)
        if self._config is not None and self._config.feed_in_entity_id is not None:
            self._unsubscribe = async_track_state_change_event(
                self._hass, self._config.feed_in_entity_id, self._fed_in_otherwise
            )

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        if self._energy is not None:
            self._energy.stop()
        if self._carbon is not None:
            self._carbon.stop()

    async def async_ask(self) -> None:
        """Ask at once for what else would come by and by: for who shows it before it is set up."""
        if self._carbon is not None:
            self._carbon.ask()
        if self._energy is not None:
            await self._energy.async_ask()
            self._told = None

    def tariff(self, at: datetime) -> Tariff | None:
        """Tell what is known at `at`, UTC, from the start of the local day on; None for a site without a tariff.

        It is worked out once a quarter of an hour and when something changed, so that it may be asked at each tick.
        """
        if self._config is None or self._energy is None:
            return None
        quarter = int(at.timestamp() // QUARTER.total_seconds())
        if self._told is None or self._told[0] != quarter:
            self._told = quarter, self._work_out(self._config, self._energy, at)
        return self._told[1]

    def _work_out(self, config: TariffConfig, energy: Energy, at: datetime) -> Tariff:
        start, end = dt_util.as_utc(dt_util.start_of_local_day(dt_util.as_local(at))), at + AHEAD
        prices, zone = energy.slots(start, end, at), dt_util.get_default_time_zone()
        return Tariff(
            currency=self._hass.config.currency,
            prices=config.extras.applied(prices, zone),
            feed_in=self._feed_in(config, start, end),
            carbon=self._emissions(config, start, end, at),
            peak=None if config.peak is None else config.peak.between(start, end, zone),
        )

    def _emissions(self, config: TariffConfig, start: datetime, end: datetime, at: datetime) -> Carbon | None:
        if config.carbon is None or self._carbon is None:
            return None
        return Carbon(slots=self._carbon.slots(start, end, at), price_per_kg=config.carbon.price_per_kg)

    def _feed_in(self, config: TariffConfig, start: datetime, end: datetime) -> Slots:
        price = config.feed_in_per_kwh
        if config.feed_in_entity_id is not None:
            price = _told_price(self._hass.states.get(config.feed_in_entity_id))
        return () if price is None else (PriceSlot(start=start, end=end, price_per_kwh=price),)

    @callback
    def _changed(self) -> None:
        self._told = None
        self._on_change()

    @callback
    def _fed_in_otherwise(self, event: Event[EventStateChangedData]) -> None:
        if _told_price(event.data["old_state"]) != _told_price(event.data["new_state"]):
            self._changed()


def _told_price(state: State | None) -> float | None:
    """Read what an entity says that a kWh earns; None where it says nothing."""
    told = finite(state)
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return None if told is None else told * factor_of(unit)


def _energy(hass: HomeAssistant, config: TariffConfig, store: PriceStore) -> Energy:
    match config.prices:
        case DynamicPrices() as prices:
            return _Dynamic(hass, prices, store)
        case ColouredPrices() as prices:
            return _Coloured(hass, prices, store)
        case DispatchedPrices() as prices:
            return _Dispatched(hass, prices)
        case prices:
            return _Known(prices)


class _Known:
    """Prices that are always the same at the same time."""

    def __init__(self, tariff: TimeOfUse) -> None:
        self._tariff = tariff

    def start(self, on_change: Callable[[], None]) -> None:
        pass

    def stop(self) -> None:
        pass

    async def async_ask(self) -> None:
        pass

    def slots(self, start: datetime, end: datetime, at: datetime) -> Slots:
        del at
        return self._tariff.slots(start, end, dt_util.get_default_time_zone())


class _Dynamic:
    """Prices that another integration tells; after them a forecast from what they were."""

    def __init__(self, hass: HomeAssistant, prices: DynamicPrices, store: PriceStore) -> None:
        self._of = f"{prices.key} {prices.anchor}"
        self._store = store
        self._source = PriceSource(hass, prices.key, prices.anchor, store.kept(self._of).slots)

    def start(self, on_change: Callable[[], None]) -> None:
        def note() -> None:
            now = dt_util.utcnow()
            told = self._source.reading(now)
            history = noted(self._store.kept(self._of).history, told, now)
            self._store.keep(KeptPrices(of=self._of, slots=told, history=history))
            on_change()

        self._source.start(note)

    def stop(self) -> None:
        self._source.stop()

    async def async_ask(self) -> None:
        await self._source.async_ask()

    def slots(self, start: datetime, end: datetime, at: datetime) -> Slots:
        history = self._store.kept(self._of).history
        guess = forecast(history, at, end, dt_util.get_default_time_zone())
        return within(filled(self._source.reading(at), guess), start, end)


class _Coloured:
    """Prices by the colours of days."""

    def __init__(self, hass: HomeAssistant, prices: ColouredPrices, store: PriceStore) -> None:
        self._of = f"{prices.today_id} {prices.tomorrow_id}"
        self._store = store
        self._tariff = prices.tariff
        self._source = DayColourSource(
            hass,
            prices.tariff.days,
            today_id=prices.today_id,
            tomorrow_id=prices.tomorrow_id,
            told=store.kept(self._of).colours,
        )

    def start(self, on_change: Callable[[], None]) -> None:
        def note() -> None:
            colours = dict(self._source.reading(dt_util.utcnow()))
            self._store.keep(KeptPrices(of=self._of, colours=colours))
            on_change()

        self._source.start(note)

    def stop(self) -> None:
        self._source.stop()

    async def async_ask(self) -> None:
        pass

    def slots(self, start: datetime, end: datetime, at: datetime) -> Slots:
        return self._tariff.slots(start, end, dt_util.get_default_time_zone(), self._source.reading(at))


class _Dispatched:
    """Prices by hours, with a low one at the times that the supplier gives."""

    def __init__(self, hass: HomeAssistant, prices: DispatchedPrices) -> None:
        self._prices = prices
        self._source = DispatchSource(hass, prices.entity_id)

    def start(self, on_change: Callable[[], None]) -> None:
        self._source.start(on_change)

    def stop(self) -> None:
        self._source.stop()

    async def async_ask(self) -> None:
        pass

    def slots(self, start: datetime, end: datetime, at: datetime) -> Slots:
        del at
        low = self._prices.price_per_kwh
        given = tuple(PriceSlot(start=first, end=last, price_per_kwh=low) for first, last in self._source.reading())
        usual = self._prices.tariff.slots(start, end, dt_util.get_default_time_zone())
        return within(filled(given, usual), start, end)
