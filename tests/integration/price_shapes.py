"""How integrations tell prices: each as its own source writes them, with the ids and the actions that it has there.

All tell the same: from local midnight of 28 March 2026 two days of Europe/Paris, of which the second has 23 hours. The
prices rise by 0.01 each hour from 0.10 on, per kWh, and within the hour they stay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import probatio
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

PARIS: Final = ZoneInfo("Europe/Paris")
TODAY: Final = date(2026, 3, 28)
TOMORROW: Final = date(2026, 3, 29)
HOUR: Final = timedelta(hours=1)
QUARTER: Final = timedelta(minutes=15)
HALF: Final = timedelta(minutes=30)

type Rows = list[tuple[datetime, datetime, float]]
"""Start and end, local, and the price per kWh."""


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def rows(*days: date, step: timedelta = HOUR) -> Rows:
    """The prices of some days."""
    found: Rows = []
    for day in days:
        start, end = midnight(day), midnight(day + timedelta(days=1))
        while start < end:
            price = round(0.10 + 0.01 * ((start - midnight(TODAY)) // HOUR), 4)
            found.append((start.astimezone(PARIS), (start + step).astimezone(PARIS), price))
            start += step
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An entity of an integration. Without `attributes` it tells none, with None it is switched off."""

    unique_id: str
    attributes: Mapping[str, Any] | None = field(default_factory=dict[str, Any])
    unit: str | None = None
    domain: str = "sensor"
    decoy: bool = False
    """It is another one of the same integration, and no price source."""


type Answer = Callable[[HomeAssistant, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of an integration: what it takes, and what it answers to that."""

    name: str
    schema: Mapping[Any, Any]
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One integration as it is set up. `key` is that of the source that is to be found; `step` that of its slots."""

    key: str
    platform: str
    entities: tuple[Entity, ...]
    action: Action | None = None
    step: timedelta = HOUR
    estimated: bool = False
    device: str = "Home"


def add(hass: HomeAssistant, shape: Shape) -> dict[str, str]:
    """Let an integration be there; the ids of its entities by unique id."""
    entry = MockConfigEntry(domain=shape.platform, entry_id=f"{shape.platform}_entry", title=shape.platform)
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(shape.platform, "device")}, name=shape.device
    )
    ids: dict[str, str] = {}
    for entity in shape.entities:
        registered = er.async_get(hass).async_get_or_create(
            entity.domain,
            shape.platform,
            entity.unique_id,
            config_entry=entry,
            device_id=device.id,
            disabled_by=er.RegistryEntryDisabler.USER if entity.attributes is None else None,
        )
        ids[entity.unique_id] = registered.entity_id
        if entity.attributes is not None:
            show(hass, registered.entity_id, entity)
    if shape.action is not None:
        register(hass, shape.platform, shape.action)
    return ids


def show(hass: HomeAssistant, entity_id: str, entity: Entity) -> None:
    """Let an entity tell its attributes."""
    unit = {} if entity.unit is None else {"unit_of_measurement": entity.unit}
    hass.states.async_set(entity_id, "0.2", {**(entity.attributes or {}), **unit})


def register(hass: HomeAssistant, platform: str, action: Action) -> None:
    """Register an integration's action."""

    async def handle(call: ServiceCall) -> ServiceResponse:
        return action.answer(hass, call.data)

    hass.services.async_register(
        platform,
        action.name,
        handle,
        schema=probatio.Schema(action.schema),
        supports_response=SupportsResponse.ONLY,
    )


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _on_day(data: Mapping[str, Any], key: str, step: timedelta) -> Rows:
    """The rows of the day that is asked for; none of a day that is not published."""
    day = _date(data[key])
    return rows(day, step=step) if TODAY <= day <= TOMORROW else []


def _entry(data: Mapping[str, Any], key: str, platform: str) -> None:
    if data[key] != f"{platform}_entry":
        raise ServiceValidationError("no such entry")


NORDPOOL_CUSTOM: Final = Shape(
    # custom-components/nordpool, sensor.py: NordpoolSensor.unique_id, _add_raw, unit_of_measurement.
    key="nordpool_custom",
    platform="nordpool",
    entities=(
        Entity(
            unique_id="nordpool_kwh_fr_eur_3_10_02",
            unit="c/kWh",
            attributes={
                "raw_today": [{"start": a, "end": b, "value": p * 100} for a, b, p in rows(TODAY, step=QUARTER)],
                "raw_tomorrow": [{"start": a, "end": b, "value": p * 100} for a, b, p in rows(TOMORROW, step=QUARTER)],
                "tomorrow_valid": True,
                "today": [0.1],
                "price_in_cents": True,
            },
        ),
    ),
    step=QUARTER,
)


def _nordpool(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    _entry(data, "config_entry", "nordpool")
    found = _on_day(data, "date", QUARTER)
    return {
        area: [{"start": a.isoformat(), "end": b.isoformat(), "price": p * 1000} for a, b, p in found]
        for area in data["areas"]
    }


NORDPOOL_CORE: Final = Shape(
    # homeassistant/components/nordpool: services.py; entity.py.
    key="nordpool",
    platform="nordpool",
    entities=(
        Entity(unique_id="FR-current_price", unit="EUR/kWh"),
        Entity(unique_id="FR-last_price", unit="EUR/kWh", decoy=True),
        Entity(unique_id="off_peak_1-FR-block_average", unit="EUR/kWh", decoy=True),
    ),
    action=Action(
        name="get_prices_for_date",
        schema={
            probatio.Required("config_entry"): str,
            probatio.Required("date"): date.fromisoformat,
            probatio.Optional("areas", default=[]): [str],
            probatio.Optional("currency"): str,
        },
        answer=_nordpool,
    ),
    step=QUARTER,
)

ENTSOE: Final = Shape(
    # JaccoR/hass-entso-e, sensor.py; coordinator.py: get_timestamped_prices.
    key="entsoe",
    platform="entsoe",
    entities=(
        Entity(unique_id="entsoe.home_current_price", unit="EUR/MWh", decoy=True),
        Entity(
            unique_id="entsoe.home_avg_price",
            unit="EUR/MWh",
            attributes={
                "prices_today": [{"time": str(a), "price": p * 1000} for a, _, p in rows(TODAY)],
                "prices_tomorrow": [{"time": str(a), "price": p * 1000} for a, _, p in rows(TOMORROW)],
                "prices": [{"time": str(a), "price": p * 1000} for a, _, p in rows(TODAY, TOMORROW)],
            },
        ),
    ),
)


def _tibber(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    start, end = datetime.fromisoformat(data["start"]), datetime.fromisoformat(data["end"])
    found = rows(TODAY, TOMORROW, step=QUARTER)
    told = [{"start_time": a.isoformat(), "price": p} for a, _, p in found if start <= a < end]
    return {"prices": {"Cabin": [{"start_time": told[0]["start_time"], "price": 9.0}], "Home": told}}


TIBBER: Final = Shape(
    # homeassistant/components/tibber: services.py; sensor.py: TibberSensorElPrice.
    key="tibber",
    platform="tibber",
    entities=(
        Entity(unique_id="96a14971-525a-4420-aae9-e5aedaa129ff", unit="EUR/kWh"),
        Entity(unique_id="96a14971-525a-4420-aae9-e5aedaa129ff_rt_power", unit="W", decoy=True),
        Entity(unique_id="96a14971-525a-4420-aae9-e5aedaa129ff_month_cost", unit="EUR", decoy=True),
    ),
    action=Action(
        name="get_prices",
        schema={probatio.Optional("start"): str, probatio.Optional("end"): str},
        answer=_tibber,
    ),
    step=QUARTER,
)


def _chartdata(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    _entry(data, "entry_id", "tibber_prices")
    days = [{"today": TODAY, "tomorrow": TOMORROW}[day] for day in data["day"]]
    return {
        "data": [{"start_time": a.isoformat(), "price_per_kwh": round(p, 4)} for a, _, p in rows(*days, step=QUARTER)]
    }


TIBBER_PRICES: Final = Shape(
    # jpawlowski/hass.tibber_prices: services/get_chartdata.py, sensor/definitions.py.
    key="tibber_prices",
    platform="tibber_prices",
    entities=(
        Entity(unique_id="tibber_prices_entry_current_interval_price", unit="ct/kWh"),
        Entity(unique_id="tibber_prices_entry_current_interval_price_base", unit="EUR/kWh", decoy=True),
    ),
    action=Action(
        name="get_chartdata",
        schema={
            probatio.Optional("entry_id"): str,
            probatio.Optional("day"): [probatio.In(["yesterday", "today", "tomorrow"])],
            probatio.Optional("resolution", default="interval"): probatio.In(["interval", "hourly"]),
        },
        answer=_chartdata,
    ),
    step=QUARTER,
)

ENERGI_DATA_SERVICE: Final = Shape(
    # MTrab/energidataservice, sensor.py: _add_raw, unique_id.
    key="energidataservice",
    platform="energidataservice",
    entities=(
        Entity(
            unique_id="energi_data_service_01ABC",
            unit="Øre/kWh",
            attributes={
                "raw_today": [{"hour": a, "price": p * 100} for a, _, p in rows(TODAY)],
                "raw_tomorrow": [{"hour": a, "price": p * 100} for a, _, p in rows(TOMORROW)],
                "forecast": None,
                "tariffs": {"additional_tariffs": {"elafgift": 0.7}},
            },
        ),
        Entity(unique_id="energi_data_service_co2_01ABC", unit="g/kWh", decoy=True),
    ),
)

STROMLIGNING: Final = Shape(
    # MTrab/stromligning: base.py: build_price_attributes; sensor.py; binary_sensor.py.
    key="stromligning",
    platform="stromligning",
    entities=(
        Entity(
            unique_id="current_price_vat_01abc",
            attributes={"prices": [{"price": p, "start": a, "end": b} for a, b, p in rows(TODAY)]},
        ),
        Entity(unique_id="current_price_ex_vat_01abc", attributes={"prices": []}, decoy=True),
        Entity(unique_id="spotprice_vat_01abc", attributes={"prices": []}, decoy=True),
        Entity(
            unique_id="tomorrow_available_vat_01abc",
            domain="binary_sensor",
            attributes={"prices": [{"price": p, "start": a, "end": b} for a, b, p in rows(TOMORROW)]},
        ),
        Entity(unique_id="forecasts_vat_01abc", attributes={"prices": []}, decoy=True),
    ),
)

GE_SPOT: Final = Shape(
    # enoch85/ge-spot, sensor/base.py.
    key="ge_spot",
    platform="ge_spot",
    entities=(
        Entity(
            unique_id="gespot_current_price_fr",
            unit="cents/kWh",
            attributes={
                "today_interval_prices": [
                    {"time": a, "value": round(p * 100, 4), "raw_value": 1.0} for a, _, p in rows(TODAY, step=QUARTER)
                ],
                "tomorrow_interval_prices": [
                    {"time": a, "value": round(p * 100, 4)} for a, _, p in rows(TOMORROW, step=QUARTER)
                ],
            },
        ),
        Entity(unique_id="gespot_next_interval_price_fr", unit="cents/kWh", decoy=True),
    ),
    step=QUARTER,
)


def _octopus_rates(day: date) -> dict[str, Any]:
    return {
        "event_type": "octopus_energy_electricity_current_day_rates",
        "rates": [
            {
                "start": a.astimezone(UTC),
                "end": b.astimezone(UTC),
                "value_inc_vat": p,
                "is_capped": False,
                "is_intelligent_adjusted": False,
            }
            for a, b, p in rows(day, step=HALF)
        ],
    }


OCTOPUS: Final = Shape(
    # BottlecapDave/HomeAssistant-OctopusEnergy: electricity/rates_current_day.py, rates_next_day.py; utils.
    key="octopus_energy",
    platform="octopus_energy",
    entities=(
        Entity(
            unique_id="octopus_energy_electricity_21L1_1200_current_day_rates",
            domain="event",
            attributes=_octopus_rates(TODAY),
        ),
        Entity(
            unique_id="octopus_energy_electricity_21L1_1200_next_day_rates",
            domain="event",
            attributes=_octopus_rates(TOMORROW),
        ),
        Entity(
            unique_id="octopus_energy_electricity_21L1_1201_export_current_day_rates",
            domain="event",
            attributes={"rates": []},
            decoy=True,
        ),
    ),
    step=HALF,
)

OCTOPUS_GERMANY: Final = Shape(
    # thecem/octopus_germany, sensor.py: _format_uk_rates.
    key="octopus_germany",
    platform="octopus_germany",
    entities=(
        Entity(
            unique_id="octopus_A-1_electricity_price",
            unit="€/kWh",
            attributes={
                "rates": [
                    {"start": a.isoformat(), "end": b.isoformat(), "value_inc_vat": round(p, 4)}
                    for a, b, p in rows(TODAY, TOMORROW)
                ],
                "unit_rate_forecast": [],
            },
        ),
    ),
)


def _amber(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    _entry(data, "config_entry_id", "amberelectric")
    return {
        "forecasts": [
            {
                "duration": 30,
                "per_kwh": p,
                "spot_per_kwh": 0.01,
                "start_time": a.isoformat(),
                "end_time": b.isoformat(),
                "spike_status": "none",
                "range_min": 0.0,
            }
            for a, b, p in rows(TODAY, TOMORROW, step=HALF)
        ]
    }


AMBER: Final = Shape(
    # homeassistant/components/amberelectric: services.py, sensor.py.
    key="amberelectric",
    platform="amberelectric",
    entities=(
        Entity(unique_id="01FG-current-general", unit="$/kWh"),
        Entity(unique_id="01FG-forecasts-general", unit="$/kWh", decoy=True),
        Entity(unique_id="01FG-current-feed_in", unit="$/kWh", decoy=True),
    ),
    action=Action(
        name="get_forecasts",
        schema={
            "config_entry_id": str,
            "channel_type": probatio.In(["general", "controlled_load", "feed_in"]),
        },
        answer=_amber,
    ),
    step=HALF,
    estimated=True,
)

EPEX: Final = Shape(
    # mampfes/ha_epex_spot, sensor.py: EpexSpotTotalPriceSensorEntity.
    key="epex_spot_total",
    platform="epex_spot",
    entities=(
        Entity(
            unique_id="Awattar DE Total Price",
            unit="€/kWh",
            attributes={
                "data": [
                    {"start_time": a.isoformat(), "end_time": b.isoformat(), "price_per_kwh": p}
                    for a, b, p in rows(TODAY, TOMORROW)
                ]
            },
        ),
        Entity(unique_id="Awattar DE Rank", attributes={"data": []}, decoy=True),
    ),
)

EPEX_MARKET: Final = Shape(
    key="epex_spot_market",
    platform="epex_spot",
    entities=(
        Entity(
            unique_id="Awattar DE MarketPrice",
            unit="€/kWh",
            attributes={
                "data": [
                    {"start_time": a.isoformat(), "end_time": b.isoformat(), "price_per_kwh": p}
                    for a, b, p in rows(TODAY, TOMORROW, step=QUARTER)
                ],
                "price_per_kwh": 0.2,
            },
        ),
    ),
    step=QUARTER,
)

FRANK: Final = Shape(
    # HiDiHo01/home-assistant-frank_energie, sensor.py; python-frank-energie, models.py: asdict.
    key="frank_energie",
    platform="frank_energie",
    entities=(
        Entity(
            unique_id="frank_energie.elec_markup",
            unit="€/kWh",
            attributes={"prices": [{"from": a, "till": b, "price": p} for a, b, p in rows(TODAY, TOMORROW)]},
        ),
        Entity(unique_id="frank_energie.elec_market", unit="€/kWh", attributes={"prices": []}, decoy=True),
    ),
)

ZONNEPLAN: Final = Shape(
    # fsaris/home-assistant-zonneplan-one: const.py, README.md.
    key="zonneplan_quarter",
    platform="zonneplan_one",
    entities=(
        Entity(
            unique_id="uuid_current_quarter_hourly_electricity_tariff",
            unit="€/kWh",
            attributes={
                "forecast": [
                    {
                        "start_date": a.astimezone(UTC).isoformat(),
                        "end_date": b.astimezone(UTC).isoformat(),
                        "price_tax_included": {"amount": round(p * 1e7)},
                        "price_tax_excluded": {"amount": 1},
                        "tariff_group": "normal",
                    }
                    for a, b, p in rows(TODAY, TOMORROW, step=QUARTER)
                ]
            },
        ),
        Entity(unique_id="uuid_forecast_tariff_1", unit="€/kWh", decoy=True),
    ),
    step=QUARTER,
)

ZONNEPLAN_HOUR: Final = Shape(
    key="zonneplan_hour",
    platform="zonneplan_one",
    entities=(
        Entity(
            unique_id="uuid_current_electricity_tariff",
            unit="€/kWh",
            attributes={
                "forecast": [
                    {"datetime": f"{a.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000000Z}", "electricity_price": round(p * 1e7)}
                    for a, _, p in rows(TODAY, TOMORROW)
                ]
            },
        ),
    ),
)

PVPC: Final = Shape(
    # aiopvpc, prices.py: _make_price_tag_attributes; homeassistant/components/pvpc_hourly_pricing.
    key="pvpc",
    platform="pvpc_hourly_pricing",
    entities=(
        Entity(
            unique_id="2.0TD",
            unit="€/kWh",
            attributes={
                **{f"price_{a:%H}h": p for a, _, p in rows(TODAY)},
                **{f"price_next_day_{a:%H}h": p for a, _, p in rows(TOMORROW)},
                "price_position": 12,
                "price_ratio": 0.5,
            },
        ),
        Entity(unique_id="2.0TD_INYECTION", unit="€/kWh", decoy=True),
    ),
)

OMIE_CUSTOM: Final = Shape(
    # luuuis/hass_omie, sensor.py.
    key="omie_custom",
    platform="omie",
    entities=(
        Entity(
            unique_id="omie_spot_price_es",
            unit="€/MWh",
            attributes={
                "today_hours": {a: p * 1000 for a, _, p in rows(TODAY, step=QUARTER)},
                "tomorrow_hours": {a: p * 1000 for a, _, p in rows(TOMORROW, step=QUARTER)},
                "tomorrow_provisional": False,
            },
        ),
    ),
    step=QUARTER,
)


def _omie(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    found = _on_day(data, "date", QUARTER)
    if not found:
        raise ServiceValidationError("data_not_available")
    return {
        country: [{"start": a.isoformat(), "end": b.isoformat(), "price": p} for a, b, p in found]
        for country in data["countries"]
    }


OMIE_CORE: Final = Shape(
    # homeassistant/components/omie: services.py, sensor.py.
    key="omie",
    platform="omie",
    entities=(Entity(unique_id="es_spot_price", unit="€/kWh"),),
    action=Action(
        name="get_prices_for_date",
        schema={
            probatio.Required("date"): date.fromisoformat,
            probatio.Required("countries", default=["es", "pt"]): [probatio.In(["es", "pt"])],
        },
        answer=_omie,
    ),
    step=QUARTER,
)


def _energyzero(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    _entry(data, "config_entry", "energyzero")
    if data["start"] != data["end"] or not data["incl_vat"] or data["price_type"] != "all_in":
        raise ServiceValidationError("another question")
    found = _on_day(data, "start", QUARTER if data["interval"] == "quarter" else HOUR)
    if not found:
        raise ServiceValidationError("no_data")
    return {
        "prices": [
            {
                "price": p,
                "timestamp": str(a.astimezone(UTC)),
                "start": str(a.astimezone(UTC)),
                "end": str(b.astimezone(UTC)),
            }
            for a, b, p in found
        ]
    }


def _energyzero_shape(interval: str, step: timedelta) -> Shape:
    # homeassistant/components/energyzero: services.py, sensor.py.
    return Shape(
        key=f"energyzero_{interval}",
        platform="energyzero",
        entities=(
            Entity(unique_id="energyzero_entry_today_energy_current_hour_price", unit="€/kWh"),
            Entity(unique_id="energyzero_entry_today_gas_current_hour_price", unit="€/m³", decoy=True),
        ),
        action=Action(
            name="get_energy_prices",
            schema={
                probatio.Required("config_entry"): str,
                probatio.Required("incl_vat"): bool,
                probatio.Optional("start"): str,
                probatio.Optional("end"): str,
                probatio.Optional("price_type", default="market"): probatio.In(("market", "all_in")),
                probatio.Optional("interval", default="hour"): probatio.In(("hour", "quarter")),
            },
            answer=_energyzero,
        ),
        step=step,
    )


def _easyenergy(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    _entry(data, "config_entry", "easyenergy")
    if not data["incl_vat"] or data["price_type"] != "invoice":
        raise ServiceValidationError("another question")
    found = _on_day(data, "start", HOUR)
    return {"prices": [{"timestamp": str(a.astimezone(UTC)), "price": p} for a, _, p in found]}


EASYENERGY: Final = Shape(
    # homeassistant/components/easyenergy: services.py, sensor.py.
    key="easyenergy",
    platform="easyenergy",
    entities=(
        Entity(unique_id="easyenergy_entry_today_energy_usage_current_hour_price", unit="€/kWh"),
        Entity(unique_id="easyenergy_entry_today_energy_return_current_hour_price", unit="€/kWh", decoy=True),
    ),
    action=Action(
        name="get_energy_usage_prices",
        schema={
            probatio.Required("config_entry"): str,
            probatio.Required("incl_vat"): bool,
            probatio.Optional("start"): str,
            probatio.Optional("end"): str,
            probatio.Optional("granularity", default="hour"): probatio.In(("hour", "quarter")),
            probatio.Optional("price_type", default="market"): probatio.In(("market", "invoice")),
        },
        answer=_easyenergy,
    ),
)


def _green_planet(_hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    _entry(data, "config_entry_id", "green_planet_energy")
    now = dt_util.utcnow()
    until = now + timedelta(hours=data["hours"])
    found = rows(TODAY, TOMORROW, step=QUARTER)
    return {
        "prices": [
            {"start": a.isoformat(), "end": b.isoformat(), "price": round(p, 6)}
            for a, b, p in found
            if a < until and b > now
        ]
    }


GREEN_PLANET: Final = Shape(
    # homeassistant/components/green_planet_energy: services.py, sensor.py.
    key="green_planet_energy",
    platform="green_planet_energy",
    entities=(
        Entity(unique_id="gpe_current_price", unit="€/kWh"),
        Entity(unique_id="gpe_lowest_price_day", unit="€/kWh", decoy=True),
    ),
    action=Action(
        name="get_prices",
        schema={
            probatio.Required("config_entry_id"): str,
            probatio.Required("hours"): probatio.All(probatio.Coerce(float), probatio.Range(min=0.25, max=24)),
        },
        answer=_green_planet,
    ),
    step=QUARTER,
)


def _ecosmart(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    if dr.async_get(hass).async_get(data["device_id"]) is None:
        raise ServiceValidationError("invalid_device")
    return {
        "forecasts": [
            {"start_time": a.isoformat(), "price": p * 100, "price_excl_gst": p * 87}
            for a, _, p in rows(TODAY, TOMORROW, step=HALF)
        ]
    }


ECOSMART: Final = Shape(
    # homeassistant/components/ecosmart (2026.11): services.py, entity.py.
    key="ecosmart",
    platform="ecosmart",
    entities=(Entity(unique_id="0000123456ABC12-spot_price", unit="c/kWh"),),
    action=Action(name="get_forecasts", schema={probatio.Required("device_id"): str}, answer=_ecosmart),
    step=HALF,
    estimated=True,
)

SHAPES: Final = (
    NORDPOOL_CUSTOM,
    NORDPOOL_CORE,
    ENTSOE,
    TIBBER,
    TIBBER_PRICES,
    ENERGI_DATA_SERVICE,
    STROMLIGNING,
    GE_SPOT,
    OCTOPUS,
    OCTOPUS_GERMANY,
    AMBER,
    EPEX,
    EPEX_MARKET,
    FRANK,
    ZONNEPLAN,
    ZONNEPLAN_HOUR,
    PVPC,
    OMIE_CUSTOM,
    OMIE_CORE,
    _energyzero_shape("hour", HOUR),
    _energyzero_shape("quarter", QUARTER),
    EASYENERGY,
    GREEN_PLANET,
    ECOSMART,
)
