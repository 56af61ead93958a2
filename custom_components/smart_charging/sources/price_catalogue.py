"""The price sources that are recognised by themselves, as a table.

A source is known by the integration that it comes from and by the unique id of one of its entities, its anchor: two
integrations share the domains `nordpool` and `omie`, and their ids differ. Where its prices are, what they are called and
what they are in was read in the sources of Home Assistant 2026.10 (ecosmart: 2026.11) and of the custom integrations, as of
August 2026. The integrations of Zonneplan, Essent and ENGIE in Home Assistant itself tell only the price of the moment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

QUARTER: Final = timedelta(minutes=15)
HALF: Final = timedelta(minutes=30)
HOUR: Final = timedelta(hours=1)

PER_MWH: Final = 1 / 1000
CENTS: Final = 1 / 100


class Shape(StrEnum):
    """How prices are written."""

    ROWS = "rows"
    """A list of mappings."""
    BY_TIME = "by_time"
    """A mapping from when a price begins to the price."""
    BY_HOUR = "by_hour"
    """Attributes that end in the hour: `02h`, and `02h_d` for the one that comes twice; the attribute's name is their beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the parts of a row are called. The price may be inside of another part: `price.amount`."""

    start: str
    price: str
    end: str | None = None
    """None: a row ends where the next begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Attributes of an entity that hold prices. A group in `unique_id` is the same in all places of one source.

    What is `estimated` nobody has published.
    """

    domain: str
    unique_id: re.Pattern[str]
    attributes: tuple[str, ...]
    estimated: bool = False


class Blank(StrEnum):
    """What is filled into the data of an action, and into where its answer has the prices."""

    ENTRY = "entry"
    """The id of the anchor's config entry."""
    DEVICE = "device"
    """The id of its device."""
    DEVICE_NAME = "device_name"
    ID = "id"
    """The group in the anchor's unique id."""
    IDS = "ids"
    """A list of just that."""
    DAY = "day"
    """A date, `2026-03-29`; the action is called for each day."""
    FROM = "from"
    """The start of today, UTC,"""
    TO = "to"
    """and the end of tomorrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An action whose answer has prices, under `path`. `zone` is that of the days that it knows; None: the home's."""

    action: str
    data: Mapping[str, object]
    path: tuple[str, ...]
    zone: str | None = None
    every: timedelta = HOUR
    """How often it is called where it is not missing anything."""
    estimated: bool = False

    @property
    def by_day(self) -> bool:
        """Whether it is called for each day."""
        return Blank.DAY in self.data.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPrices:
    """One source. `key` is stored.

    Attributes are in `places`, the first one's entity is the anchor; with a `call` that entity tells only that it is there.
    """

    key: str
    platform: str
    name: str
    places: tuple[Place, ...]
    keys: Keys
    step: timedelta
    """How long the last row is, where it does not say so."""
    call: Call | None = None
    shape: Shape = Shape.ROWS
    factor: float | None = None
    """What makes it a price per kWh in the currency; None: the anchor's unit tells."""
    vat: bool | None = None
    """Whether VAT is in it; None: as that integration was set up."""

    @property
    def anchor(self) -> Place:
        """What it is known by; `ANY` has none."""
        return self.places[0]


def _place(unique_id: str, *attributes: str, domain: str = "sensor", estimated: bool = False) -> Place:
    pattern = re.compile(unique_id, re.IGNORECASE)
    return Place(domain=domain, unique_id=pattern, attributes=attributes, estimated=estimated)


def _energyzero(interval: str, step: timedelta) -> KnownPrices:
    return KnownPrices(
        key=f"energyzero_{interval}",
        platform="energyzero",
        name=f"EnergyZero ({interval})",
        places=(_place(".+_today_energy_current_hour_price"),),
        call=Call(
            action="get_energy_prices",
            data={
                "config_entry": Blank.ENTRY,
                "incl_vat": True,
                "price_type": "all_in",
                "interval": interval,
                "start": Blank.DAY,
                "end": Blank.DAY,
            },
            path=("prices",),
        ),
        keys=Keys(start="start", end="end", price="price"),
        factor=1.0,
        vat=True,
        step=step,
    )


def _epex(key: str, entity: str, name: str) -> KnownPrices:
    return KnownPrices(
        key=key,
        platform="epex_spot",
        name=name,
        places=(_place(f".+ {entity}", "data"),),
        keys=Keys(start="start_time", end="end_time", price="price_per_kwh"),
        step=HOUR,
    )


KNOWN_PRICES: Final = (
    KnownPrices(
        key="nordpool_custom",
        platform="nordpool",
        name="Nordpool",
        places=(_place("nordpool_[kmw]+h_.+", "raw_today", "raw_tomorrow"),),
        keys=Keys(start="start", end="end", price="value"),
        step=QUARTER,
    ),
    KnownPrices(
        key="nordpool",
        platform="nordpool",
        name="Nord Pool",
        places=(_place("(?P<id>[^-]+)-current_price"),),
        call=Call(
            action="get_prices_for_date",
            data={"config_entry": Blank.ENTRY, "date": Blank.DAY, "areas": Blank.IDS},
            path=(Blank.ID,),
            zone="Europe/Brussels",
        ),
        keys=Keys(start="start", end="end", price="price"),
        factor=PER_MWH,
        vat=False,
        step=QUARTER,
    ),
    KnownPrices(
        key="entsoe",
        platform="entsoe",
        name="ENTSO-e",
        places=(_place(r"entsoe\.(.+_)?avg_price", "prices_today", "prices_tomorrow"),),
        keys=Keys(start="time", price="price"),
        step=HOUR,
    ),
    KnownPrices(
        key="tibber",
        platform="tibber",
        name="Tibber",
        places=(_place("[^_]+"),),
        call=Call(action="get_prices", data={"start": Blank.FROM, "end": Blank.TO}, path=("prices", Blank.DEVICE_NAME)),
        keys=Keys(start="start_time", price="price"),
        factor=1.0,
        vat=True,
        step=HOUR,
    ),
    KnownPrices(
        key="tibber_prices",
        platform="tibber_prices",
        name="Tibber Prices",
        places=(_place(".+_current_interval_price"),),
        call=Call(
            action="get_chartdata",
            data={"entry_id": Blank.ENTRY, "day": ["today", "tomorrow"], "resolution": "interval"},
            path=("data",),
        ),
        keys=Keys(start="start_time", price="price_per_kwh"),
        factor=1.0,
        vat=True,
        step=QUARTER,
    ),
    KnownPrices(
        key="energidataservice",
        platform="energidataservice",
        name="Energi Data Service",
        places=(
            _place("(?!.*_co2_)(?P<id>.+)", "raw_today", "raw_tomorrow"),
            _place("(?!.*_co2_)(?P<id>.+)", "forecast", estimated=True),
        ),
        keys=Keys(start="hour", price="price"),
        step=HOUR,
    ),
    KnownPrices(
        key="stromligning",
        platform="stromligning",
        name="Strømligning",
        places=(
            _place("current_price_vat_(?P<id>.+)", "prices"),
            _place("tomorrow_available_vat_(?P<id>.+)", "prices", domain="binary_sensor"),
            _place("forecasts_vat_(?P<id>.+)", "prices", estimated=True),
        ),
        keys=Keys(start="start", end="end", price="price"),
        factor=1.0,
        vat=True,
        step=HOUR,
    ),
    KnownPrices(
        key="ge_spot",
        platform="ge_spot",
        name="GE-Spot",
        places=(_place("gespot_current_price_.+", "today_interval_prices", "tomorrow_interval_prices"),),
        keys=Keys(start="time", price="value"),
        step=QUARTER,
    ),
    KnownPrices(
        key="octopus_energy",
        platform="octopus_energy",
        name="Octopus Energy",
        places=(
            _place("octopus_energy_electricity_(?P<id>[^_]+_[^_]+)_current_day_rates", "rates", domain="event"),
            _place("octopus_energy_electricity_(?P<id>[^_]+_[^_]+)_next_day_rates", "rates", domain="event"),
        ),
        keys=Keys(start="start", end="end", price="value_inc_vat"),
        factor=1.0,
        vat=True,
        step=HALF,
    ),
    KnownPrices(
        key="octopus_germany",
        platform="octopus_germany",
        name="Octopus Germany",
        places=(_place("octopus_.+_electricity_price", "rates"),),
        keys=Keys(start="start", end="end", price="value_inc_vat"),
        factor=1.0,
        vat=True,
        step=HOUR,
    ),
    KnownPrices(
        key="amberelectric",
        platform="amberelectric",
        name="Amber",
        # Of the channels the one for all that is not told apart; what is fed in has another.
        places=(_place("[^-]+-current-general"),),
        call=Call(
            action="get_forecasts",
            data={"config_entry_id": Blank.ENTRY, "channel_type": "general"},
            path=("forecasts",),
            every=timedelta(minutes=10),
            estimated=True,
        ),
        keys=Keys(start="start_time", end="end_time", price="per_kwh"),
        factor=1.0,
        vat=True,
        step=HALF,
    ),
    _epex("epex_spot_total", "Total Price", "EPEX Spot, total price"),
    _epex("epex_spot_market", "MarketPrice", "EPEX Spot, market price"),
    KnownPrices(
        key="frank_energie",
        platform="frank_energie",
        name="Frank Energie",
        places=(_place(r".+\.elec_markup", "prices"),),
        keys=Keys(start="from", end="till", price="price"),
        factor=1.0,
        vat=True,
        step=HOUR,
    ),
    KnownPrices(
        key="zonneplan_quarter",
        platform="zonneplan_one",
        name="Zonneplan (quarter)",
        places=(_place(".+_current_quarter_hourly_electricity_tariff", "forecast"),),
        keys=Keys(start="start_date", end="end_date", price="price_tax_included.amount"),
        factor=1e-7,
        vat=True,
        step=QUARTER,
    ),
    KnownPrices(
        key="zonneplan_hour",
        platform="zonneplan_one",
        name="Zonneplan (hour)",
        places=(_place(".+_current_electricity_tariff", "forecast"),),
        keys=Keys(start="datetime", price="electricity_price"),
        factor=1e-7,
        vat=True,
        step=HOUR,
    ),
    KnownPrices(
        key="pvpc",
        platform="pvpc_hourly_pricing",
        name="PVPC",
        # The other prices of that integration end in what they are.
        places=(_place("[^_]+", "price_", "price_next_day_"),),
        keys=Keys(start="", price=""),
        shape=Shape.BY_HOUR,
        factor=1.0,
        vat=False,
        step=HOUR,
    ),
    KnownPrices(
        key="omie_custom",
        platform="omie",
        name="OMIE",
        places=(_place("omie_spot_price_(?:es|pt)", "today_hours", "tomorrow_hours"),),
        keys=Keys(start="", price=""),
        shape=Shape.BY_TIME,
        factor=PER_MWH,
        vat=False,
        step=QUARTER,
    ),
    KnownPrices(
        key="omie",
        platform="omie",
        name="OMIE",
        places=(_place("(?P<id>es|pt)_spot_price"),),
        call=Call(
            action="get_prices_for_date",
            data={"date": Blank.DAY, "countries": Blank.IDS},
            path=(Blank.ID,),
            zone="Europe/Madrid",
        ),
        keys=Keys(start="start", end="end", price="price"),
        factor=1.0,
        vat=False,
        step=QUARTER,
    ),
    _energyzero("hour", HOUR),
    _energyzero("quarter", QUARTER),
    KnownPrices(
        key="easyenergy",
        platform="easyenergy",
        name="easyEnergy",
        places=(_place(".+_today_energy_usage_current_hour_price"),),
        call=Call(
            action="get_energy_usage_prices",
            # The price on the invoice has the supplier's fees in it.
            data={
                "config_entry": Blank.ENTRY,
                "incl_vat": True,
                "price_type": "invoice",
                "start": Blank.DAY,
                "end": Blank.DAY,
            },
            path=("prices",),
        ),
        keys=Keys(start="timestamp", price="price"),
        factor=1.0,
        vat=True,
        step=HOUR,
    ),
    KnownPrices(
        key="green_planet_energy",
        platform="green_planet_energy",
        name="Green Planet Energy",
        places=(_place("gpe_current_price"),),
        call=Call(action="get_prices", data={"config_entry_id": Blank.ENTRY, "hours": 24}, path=("prices",)),
        keys=Keys(start="start", end="end", price="price"),
        factor=1.0,
        vat=True,
        step=QUARTER,
    ),
    KnownPrices(
        key="ecosmart",
        platform="ecosmart",
        name="ecosmart",
        places=(_place(".+-spot_price"),),
        call=Call(action="get_forecasts", data={"device_id": Blank.DEVICE}, path=("forecasts",), estimated=True),
        keys=Keys(start="start_time", price="price"),
        factor=CENTS,
        vat=True,
        step=HALF,
    ),
)

ANY: Final = KnownPrices(key="any", platform="", name="", places=(), keys=Keys(start="", price=""), step=HOUR)
"""An entity of which nothing is known: each of its attributes that is a list of rows is read, by what rows are usually called."""

BY_KEY: Final[Mapping[str, KnownPrices]] = {known.key: known for known in (*KNOWN_PRICES, ANY)}

USUAL_STARTS: Final = (
    "start",
    "start_time",
    "startsAt",
    "time",
    "hour",
    "from",
    "start_date",
    "datetime",
    "timestamp",
    "t",
)
USUAL_ENDS: Final = ("end", "end_time", "endsAt", "till", "to", "end_date")
USUAL_PRICES: Final = ("value", "price", "value_inc_vat", "price_per_kwh", "per_kwh", "electricity_price", "total")
"""What the parts of rows are called in the integrations of the table, and in others that were seen."""


_SMALL: Final = frozenset(
    {
        "c",
        "ct",
        "cent",
        "cents",
        "eurocent",
        "eurocents",
        "¢",
        "p",
        "pence",
        "penny",
        "øre",
        "öre",
        "ore",
        "gr",
        "grosze",
    }
    | {"bani", "kopiyky", "luma", "tetri", "qəpik"}
)
"""A hundredth of a currency, as these integrations write it."""
_ENERGY: Final[Mapping[str, float]] = {"kwh": 1.0, "mwh": PER_MWH, "wh": 1000.0}


def factor_of(unit: str | None) -> float:
    """Tell what makes a price in `unit` one per kWh in the currency; a unit that is not understood is taken for that."""
    money, _, energy = (unit or "").lower().partition("/")
    return (CENTS if money.strip() in _SMALL else 1.0) * _ENERGY.get(energy.strip(), 1.0)
