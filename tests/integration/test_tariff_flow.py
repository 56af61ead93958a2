"""A tariff is added to a site and changed; what it comes to is shown before it is saved, so that a wrong unit is seen."""

from dataclasses import replace
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN

from ..tariffs.clocks import local
from .flow_helpers import Result, add_part, add_site, answer_part, change_part, fields, options_of, suggested
from .parts import part
from .price_shapes import ENTSOE, NORDPOOL_CORE, TIBBER, TODAY, add, rows
from .tariff_data import dynamic_tariff, fixed_tariff, grid_fee, hp_hc, intelligent, own_tariff, tempo

pytestmark = pytest.mark.usefixtures("without_set_up")

KINDS = ["dynamic", "ready", "own", "fixed"]
SAVE_FIRST = ["save", "extras", "user"]
SAVE_LAST = ["extras", "user", "save"]


@pytest.fixture(autouse=True)
async def _in_paris(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.currency = "EUR"
    freezer.move_to(local("2026-03-28 15:00"))


def tariffs(site: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """What is stored of each tariff, by its name."""
    return {it.title: dict(it.data) for it in site.subentries.values() if it.subentry_type == "tariff"}


async def begin(hass: HomeAssistant, site: MockConfigEntry, kind: str) -> Result:
    flow = await add_part(hass, site, "tariff")
    assert (flow["type"], flow["step_id"], flow["menu_options"]) == (FlowResultType.MENU, "user", KINDS)
    return await choose(hass, flow, kind)


async def choose(hass: HomeAssistant, flow: Result, step: str) -> Result:
    return await answer_part(hass, flow, {"next_step_id": step})


async def finish(hass: HomeAssistant, flow: Result, extras: dict[str, Any] | None = None) -> Result:
    """Answer what comes on top, and save what is shown."""
    assert flow["step_id"] == "extras"
    flow = await answer_part(hass, flow, extras or {})
    assert flow["type"] is FlowResultType.MENU
    return await choose(hass, flow, "save")


def given(flow: Result) -> dict[str, Any]:
    """What a form's fields show that show something."""
    return {key: value for key, value in suggested(flow).items() if value not in ({}, False)}


def shown(flow: Result) -> dict[str, str]:
    assert flow["type"] is FlowResultType.MENU
    return dict(flow["description_placeholders"])


async def test_one_price(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await begin(hass, site, "fixed")
    assert (flow["step_id"], fields(flow)) == ("fixed", ["price"])
    assert flow["description_placeholders"]["unit"] == "€/kWh"
    flow = await answer_part(hass, flow, {"price": 0.25})
    assert (flow["step_id"], given(flow)) == ("extras", {})
    flow = await answer_part(hass, flow, {})
    assert (flow["step_id"], flow["menu_options"]) == ("preview", SAVE_FIRST)
    assert shown(flow) == {"now": "0.250 €/kWh", "today": "0.250 €/kWh", "tomorrow": "0.250 €/kWh"}
    flow = await choose(hass, flow, "save")
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Fixed price")
    assert tariffs(site) == {"Fixed price": fixed_tariff()}


async def test_there_is_one_tariff_at_most(hass: HomeAssistant) -> None:
    site = add_site(hass, part("tariff", "tariff", fixed_tariff()))
    flow = await add_part(hass, site, "tariff")
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "tariff_exists")


async def test_prices_of_another_integration(hass: HomeAssistant) -> None:
    for shape in (ENTSOE, NORDPOOL_CORE):
        add(hass, shape)
    site = add_site(hass)
    flow = await begin(hass, site, "dynamic")
    options = options_of(flow, "price_source")
    assert list(options.values()) == ["Nord Pool (Home, FR)", "ENTSO-e (Home)", "Another entity"]
    nord_pool, entsoe, _ = options

    flow = await answer_part(hass, flow, {"price_source": entsoe})
    assert flow["description_placeholders"]["prices"].startswith("Whether VAT is in these prices")
    flow = await answer_part(hass, flow, {"surcharge": 0.05})
    # The entity says that they are per MWh, so nothing is wrong.
    assert (flow["step_id"], shown(flow)) == (
        "preview",
        {
            "now": "0.300 €/kWh",
            "today": "0.150 €/kWh (00:00) … 0.380 €/kWh (23:00)",
            "tomorrow": "0.390 €/kWh (00:00) … 0.610 €/kWh (23:00)",
        },
    )
    # Another one after all; what comes on top is taken over.
    flow = await choose(hass, await choose(hass, flow, "user"), "dynamic")
    assert given(flow) == {"price_source": entsoe}
    flow = await answer_part(hass, flow, {"price_source": nord_pool})
    assert flow["description_placeholders"]["prices"] == "VAT is not in these prices."
    assert given(flow) == {"surcharge": 0.05}
    flow = await answer_part(hass, flow, {"surcharge": 0.1, "vat_pct": 20})
    assert shown(flow)["now"] == "0.420 €/kWh"
    flow = await choose(hass, flow, "save")
    anchor = er.async_get(hass).async_get_entity_id("sensor", "nordpool", "FR-current_price")
    assert anchor is not None
    entry = er.async_get(hass).async_get(anchor)
    assert entry is not None
    assert tariffs(site) == {"Nord Pool": dynamic_tariff(entry.id, price_source="nordpool", surcharge=0.1, vat_pct=20)}


async def test_tomorrow_is_not_published_yet(hass: HomeAssistant) -> None:
    entity = ENTSOE.entities[1]
    assert entity.attributes is not None
    attributes = {**entity.attributes, "prices_tomorrow": []}
    add(hass, replace(ENTSOE, entities=(replace(entity, attributes=attributes),)))
    flow = await begin(hass, add_site(hass), "dynamic")
    option, _ = options_of(flow, "price_source")
    flow = await answer_part(hass, flow, {"price_source": option})
    flow = await answer_part(hass, flow, {})
    assert shown(flow)["tomorrow"] == "not known yet"


async def test_a_source_that_tells_nothing_now(hass: HomeAssistant) -> None:
    add(hass, replace(TIBBER, action=None))
    flow = await begin(hass, add_site(hass), "dynamic")
    option, _ = options_of(flow, "price_source")
    flow = await answer_part(hass, flow, {"price_source": option})
    assert flow["description_placeholders"]["prices"] == "VAT is in these prices already."
    flow = await answer_part(hass, flow, {})
    assert (flow["step_id"], set(shown(flow).values())) == ("preview", {"not known yet"})


async def test_an_entity_that_nobody_knows(hass: HomeAssistant) -> None:
    prices = [{"from": start, "price": price * 100} for start, _, price in rows(TODAY)]
    hass.states.async_set(
        "sensor.mine", "5", {"unit_of_measurement": "ct/kWh", "prices": prices, "friendly_name": "Mine"}
    )
    hass.states.async_set("sensor.other", "5", {"prices": [{"when": "today", "much": 5}], "names": ["a"]})
    site = add_site(hass)
    flow = await begin(hass, site, "dynamic")
    assert (flow["step_id"], fields(flow), given(flow)) == ("dynamic_entity", ["entity_id"], {})
    for nothing in ("sensor.other", "sensor.gone"):
        flow = await answer_part(hass, flow, {"entity_id": nothing})
        assert flow["errors"] == {"entity_id": "no_rows"}
    flow = await answer_part(hass, flow, {"entity_id": "sensor.mine"})
    flow = await answer_part(hass, flow, {})
    assert shown(flow)["today"] == "0.100 €/kWh (00:00) … 0.330 €/kWh (23:00)"
    await choose(hass, flow, "save")
    stored = dynamic_tariff("sensor.mine", price_source="any")
    assert tariffs(site) == {"Mine": stored}

    # It is shown again, also beside those that are found; and it may be gone by then.
    add(hass, ENTSOE)
    hass.states.async_remove("sensor.mine")
    (subentry_id,) = [it.subentry_id for it in site.subentries.values() if it.subentry_type == "tariff"]
    flow = await choose(hass, await change_part(hass, site, subentry_id), "prices")
    assert given(flow) == {"price_source": "any"}
    flow = await answer_part(hass, flow, {"price_source": "any"})
    assert given(flow) == {"entity_id": "sensor.mine"}
    flow = await choose(hass, await change_part(hass, site, subentry_id), "extras")
    await finish(hass, flow)
    assert tariffs(site) == {"sensor.mine": stored}


async def test_an_entity_that_nobody_knows_may_be_renamed(hass: HomeAssistant) -> None:
    prices = [{"from": start, "price": price} for start, _, price in rows(TODAY)]
    entry = er.async_get(hass).async_get_or_create("sensor", "template", "mine", suggested_object_id="mine")
    hass.states.async_set(entry.entity_id, "5", {"prices": prices})
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "dynamic"), {"entity_id": "sensor.mine"})
    await finish(hass, flow)
    assert tariffs(site) == {"mine": dynamic_tariff(entry.id, price_source="any")}
    er.async_get(hass).async_update_entity("sensor.mine", new_entity_id="sensor.yours")
    (subentry_id,) = [it.subentry_id for it in site.subentries.values() if it.subentry_type == "tariff"]
    flow = await choose(hass, await change_part(hass, site, subentry_id), "prices")
    assert given(flow) == {"entity_id": "sensor.yours"}
    # It is gone from the registry.
    er.async_get(hass).async_remove("sensor.yours")
    flow = await choose(hass, await change_part(hass, site, subentry_id), "prices")
    assert given(flow) == {}
    flow = await choose(hass, await change_part(hass, site, subentry_id), "extras")
    assert (await finish(hass, flow))["reason"] == "reconfigure_successful"


async def test_a_ready_tariff_with_one_s_own_hours(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await begin(hass, site, "ready")
    flow = await answer_part(hass, flow, {"ready": "fr_hp_hc"})
    assert (flow["step_id"], fields(flow)) == ("ready_prices", ["hours", "standard_time", "off_peak", "peak"])
    assert flow["description_placeholders"]["tariff"] == "France: Heures Pleines / Heures Creuses"
    assert given(flow) == {"hours": "22:00-06:00"}
    answers = {"hours": "at night", "standard_time": False, "off_peak": 0.17, "peak": 0.22}
    flow = await answer_part(hass, flow, answers)
    assert flow["errors"] == {"hours": "hours_unreadable"}
    assert suggested(flow) == answers
    flow = await answer_part(hass, flow, {**answers, "hours": "22:30-06:30, 12:00-14:00"})
    assert flow["description_placeholders"]["prices"].startswith("If you entered your prices with all taxes")
    flow = await answer_part(hass, flow, {})
    assert shown(flow)["today"] == "0.170 €/kWh (00:00) … 0.220 €/kWh (06:30)"
    await choose(hass, flow, "save")
    assert tariffs(site) == {"France: Heures Pleines / Heures Creuses": hp_hc()}


async def test_a_clock_that_knows_no_summer_time(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "ready"), {"ready": "gb_economy_7"})
    assert given(flow) == {"hours": "00:30-07:30"}
    answers = {"hours": "00:30-07:30", "standard_time": True, "off_peak": 0.17, "peak": 0.22}
    await finish(hass, await answer_part(hass, flow, answers))
    assert tariffs(site) == {
        "Great Britain: Economy 7": hp_hc(ready="gb_economy_7", hours="00:30-07:30", standard_time=True)
    }


async def test_a_tariff_by_colours(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    for key, name in (("current_color", "today"), ("next_color", "tomorrow"), ("next_color_emoji", "emoji")):
        registry.async_get_or_create("sensor", "rtetempo", f"rtetempo_1_{key}", suggested_object_id=name)
    hass.states.async_set("sensor.today", "Rouge")
    hass.states.async_set("sensor.tomorrow", "inconnu")
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "ready"), {"ready": "fr_tempo"})
    assert fields(flow)[:2] == ["today", "tomorrow"]
    entities = {"today": "sensor.today", "tomorrow": "sensor.tomorrow"}
    assert given(flow) == entities
    flow = await answer_part(hass, flow, {**entities, **tempo()["prices"]})
    flow = await answer_part(hass, flow, {})
    # The 29th is a Sunday, and so blue for sure; before six it is still yesterday's red.
    assert shown(flow) == {
        "now": "0.750 €/kWh",
        "today": "≈ 0.130 €/kWh (00:00) … 0.750 €/kWh (06:00)",
        "tomorrow": "0.130 €/kWh (22:00) … 0.170 €/kWh (00:00)",
    }
    await choose(hass, flow, "save")
    assert tariffs(site) == {"France: Tempo": tempo()}


async def test_times_that_a_supplier_gives(hass: HomeAssistant) -> None:
    er.async_get(hass).async_get_or_create(
        "binary_sensor",
        "octopus_energy",
        "octopus_energy_00_intelligent_dispatching",
        suggested_object_id="dispatching",
    )
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "ready"), {"ready": "gb_intelligent"})
    assert given(flow) == {"hours": "23:30-05:30", "dispatches": "binary_sensor.dispatching"}
    answers = {**given(flow), "standard_time": False, "off_peak": 0.07, "peak": 0.27}
    await finish(hass, await answer_part(hass, flow, answers))
    assert tariffs(site) == {"Great Britain: Intelligent Octopus Go": intelligent()}


async def test_one_s_own_periods(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await begin(hass, site, "own")
    assert fields(flow) == ["price", "period_1", "period_2", "period_3", "period_4"]
    evening = {"price": 0.4, "hours": "17-20", "days": "working_days"}
    winter = {"price": 0.5, "hours": "18-19", "first_month": "11", "last_month": "2"}
    answers = {"price": 0.3, "period_1": {**evening, "hours": "late"}, "period_2": {}, "period_3": winter}
    flow = await answer_part(hass, flow, answers)
    assert flow["errors"] == {"base": "hours_unreadable"}
    flow = await answer_part(hass, flow, {**answers, "period_1": evening})
    await finish(hass, flow)
    assert tariffs(site) == {"Own hours": own_tariff(evening, winter)}


@pytest.mark.parametrize(
    ("extras", "stored"),
    [
        (
            {"surcharge": 0.05, "vat_pct": 19, "feed_in_price": 0.08},
            {"surcharge": 0.05, "vat_pct": 19, "feed_in_price": 0.08},
        ),
        ({"feed_in_entity": "sensor.feed_in"}, {"feed_in_entity": "sensor.feed_in"}),
        ({"grid_fee": grid_fee()}, {"grid_fee": grid_fee()}),
        ({"grid_fee": grid_fee(quarters=None)}, {"grid_fee": grid_fee(quarters=["1", "2", "3", "4"])}),
        ({"grid_fee": {"quarters": ["1"]}}, {}),
        ({"grid_fee": {}, "peak": {}}, {}),
        ({"peak": {"peak": "none", "peak_price": 3}}, {}),
        ({"peak": {"peak": "flanders", "peak_price": 45}}, {"peak": "flanders", "peak_price": 45}),
        ({"peak": {"peak": "norway", "peak_steps": "0 kW: 90"}}, {"peak": "norway", "peak_steps": "0 kW: 90"}),
        ({"carbon": {}}, {}),
        ({"carbon": {"carbon": "none", "carbon_entities": ["sensor.grid"], "carbon_price": 5}}, {}),
        (
            {"carbon": {"carbon": "instead", "carbon_entities": ["sensor.grid"]}},
            {"carbon": "instead", "carbon_entities": ["sensor.grid"]},
        ),
        (
            {"carbon": {"carbon": "priced", "carbon_entities": ["event.grid"], "carbon_price": 100}},
            {"carbon": "priced", "carbon_entities": ["event.grid"], "carbon_price": 100},
        ),
        ({"peak": {"peak": "sweden", "peak_price": 65, "peak_guard": True}}, {"peak": "sweden", "peak_price": 65}),
        (
            {"peak": {"peak": "sweden", "peak_price": 65, "peak_guard": False}},
            {"peak": "sweden", "peak_price": 65, "peak_guard": False},
        ),
    ],
)
async def test_what_comes_on_top(hass: HomeAssistant, extras: dict[str, Any], stored: dict[str, Any]) -> None:
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "fixed"), {"price": 0.25})
    await finish(hass, flow, extras)
    assert tariffs(site) == {"Fixed price": fixed_tariff(**stored)}
    # It is shown again as it was answered.
    (subentry_id,) = [it.subentry_id for it in site.subentries.values() if it.subentry_type == "tariff"]
    flow = await choose(hass, await change_part(hass, site, subentry_id), "extras")
    assert given(flow).keys() == {
        key.partition("_")[0] if key.startswith(("peak", "carbon")) else key for key in stored
    }


async def test_one_s_own_way_of_counting_a_peak(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "fixed"), {"price": 0.25})
    flow = await answer_part(hass, flow, {"peak": {"peak": "own", "peak_price": 65}})
    assert (flow["step_id"], given(flow)) == ("peak_own", {})
    answers = {"peak_window": "60", "peak_count": 3, "hours": "all day", "peak_else_pct": 50}
    flow = await answer_part(hass, flow, answers)
    assert (flow["step_id"], flow["errors"]) == ("peak_own", {"hours": "hours_unreadable"})
    answers["hours"] = "06-22"
    flow = await answer_part(hass, flow, answers)
    await choose(hass, flow, "save")
    stored = fixed_tariff(peak="own", peak_price=65, peak_own=answers)
    assert tariffs(site) == {"Fixed price": stored}
    # It is shown again as it was answered, and forgotten with the rule.
    (subentry_id,) = [it.subentry_id for it in site.subentries.values() if it.subentry_type == "tariff"]
    flow = await choose(hass, await change_part(hass, site, subentry_id), "extras")
    flow = await answer_part(hass, flow, {"peak": {"peak": "own", "peak_price": 70}})
    assert given(flow) == answers
    flow = await choose(hass, await change_part(hass, site, subentry_id), "extras")
    flow = await answer_part(hass, flow, {"peak": {"peak": "flanders", "peak_price": 45}})
    await choose(hass, flow, "save")
    assert tariffs(site) == {"Fixed price": fixed_tariff(peak="flanders", peak_price=45)}


@pytest.mark.parametrize(
    ("extras", "errors"),
    [
        ({"vat_pct": 190}, {"vat_pct": "vat_out_of_range"}),
        ({"feed_in_price": 0.1, "feed_in_entity": "sensor.feed_in"}, {"feed_in_entity": "feed_in_twice"}),
        ({"grid_fee": grid_fee(low=None)}, {"base": "no_price"}),
        ({"grid_fee": grid_fee(low_hours="early")}, {"base": "hours_unreadable"}),
        ({"peak": {"peak": "sweden"}}, {"base": "peak_price_missing"}),
        ({"carbon": {"carbon": "instead"}}, {"base": "carbon_entities_missing"}),
        (
            {"carbon": {"carbon": "priced", "carbon_entities": ["sensor.grid"]}},
            {"base": "carbon_price_missing"},
        ),
        ({"peak": {"peak": "norway", "peak_steps": "90"}}, {"base": "steps_unreadable"}),
    ],
)
async def test_impossible_answers(hass: HomeAssistant, extras: dict[str, Any], errors: dict[str, str]) -> None:
    flow = await answer_part(hass, await begin(hass, add_site(hass), "fixed"), {"price": 0.25})
    flow = await answer_part(hass, flow, extras)
    assert (flow["step_id"], flow["errors"]) == ("extras", errors)
    assert (await finish(hass, flow))["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_of_ours_tells_of_co2(hass: HomeAssistant) -> None:
    own = er.async_get(hass).async_get_or_create("sensor", DOMAIN, "carbon_intensity")
    flow = await answer_part(hass, await begin(hass, add_site(hass), "fixed"), {"price": 0.25})
    carbon = {"carbon": "instead", "carbon_entities": ["sensor.grid", own.entity_id]}
    flow = await answer_part(hass, flow, {"carbon": carbon})
    assert (flow["step_id"], flow["errors"]) == ("extras", {"base": "own_entity"})
    carbon["carbon_entities"] = ["sensor.grid"]
    assert (await finish(hass, flow, {"carbon": carbon}))["type"] is FlowResultType.CREATE_ENTRY


async def test_what_tells_of_co2_is_suggested_and_shown(hass: HomeAssistant) -> None:
    """JRascagneres/HA-NationalGrid: sensor.py, models.py."""
    forecast = [{"start_time": local("2026-03-28 15:00"), "intensity": 120, "index": "low"}]
    forecast += [{"start_time": local("2026-03-28 15:30"), "intensity": 45, "index": "very low"}]
    forecast += [{"start_time": local("2026-03-29 05:00"), "intensity": 310, "index": "high"}]
    entry = er.async_get(hass).async_get_or_create("sensor", "national_grid", "01ABC_carbon_intensity_forecast")
    hass.states.async_set(entry.entity_id, "120", {"unit_of_measurement": "gCO2eq/kWh", "forecast": forecast})
    site = add_site(hass)
    flow = await answer_part(hass, await begin(hass, site, "fixed"), {"price": 0.25})
    assert given(flow)["carbon"] == {"carbon_entities": [entry.entity_id]}
    carbon = {"carbon": "instead", "carbon_entities": [entry.entity_id]}
    flow = await answer_part(hass, flow, {"carbon": carbon})
    assert shown(flow) == {
        "now": "0.250 €/kWh; CO₂: 120 g/kWh",
        "today": "0.250 €/kWh; CO₂: 45 g/kWh (15:30) … 120 g/kWh (15:00)",
        "tomorrow": "0.250 €/kWh; CO₂: 310 g/kWh (05:00) … 310 g/kWh (05:00)",
    }
    await choose(hass, flow, "save")
    assert tariffs(site) == {"Fixed price": fixed_tariff(**carbon)}
    # Other prices, and CO₂ counts as before; then it tells nothing any more.
    hass.states.async_remove(entry.entity_id)
    (subentry_id,) = [it.subentry_id for it in site.subentries.values() if it.subentry_type == "tariff"]
    flow = await choose(hass, await change_part(hass, site, subentry_id), "prices")
    flow = await answer_part(hass, flow, {"price": 0.3})
    assert given(flow) == {"carbon": carbon}
    flow = await answer_part(hass, flow, {"carbon": carbon})
    assert set(shown(flow).values()) == {"0.300 €/kWh; CO₂: not known yet"}


@pytest.mark.parametrize(
    ("currency", "price", "step", "written"),
    [
        ("EUR", 25.0, "preview_odd", "25.000 €/kWh"),
        ("EUR", -1.5, "preview_odd", "-1.500 €/kWh"),
        ("GBP", 2.01, "preview_odd", "2.010 £/kWh"),
        ("USD", 1.99, "preview", "1.990 $/kWh"),
        ("SEK", 2.5, "preview", "2.500 SEK/kWh"),
        ("SEK", 250.0, "preview_odd", "250.000 SEK/kWh"),
        ("JPY", 35.0, "preview", "35.000 JPY/kWh"),
    ],
)
async def test_prices_that_look_wrong(
    hass: HomeAssistant, currency: str, price: float, step: str, written: str
) -> None:
    hass.config.currency = currency
    flow = await answer_part(hass, await begin(hass, add_site(hass), "fixed"), {"price": price})
    flow = await answer_part(hass, flow, {})
    assert (flow["step_id"], shown(flow)["now"]) == (step, written)
    assert flow["menu_options"] == (SAVE_FIRST if step == "preview" else SAVE_LAST)
    assert (await choose(hass, flow, "save"))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("data", "step", "answers"),
    [
        (fixed_tariff(), "fixed", {"price": 0.25}),
        (
            own_tariff({"price": 0.4, "hours": "17-20"}),
            "own",
            {"price": 0.3, "period_1": {"price": 0.4, "hours": "17-20"}},
        ),
        (hp_hc(), "ready_prices", {"hours": "22:30-06:30, 12:00-14:00", "off_peak": 0.17, "peak": 0.22}),
    ],
    ids=["fixed", "own", "ready"],
)
async def test_change_the_prices(hass: HomeAssistant, data: dict[str, Any], step: str, answers: dict[str, Any]) -> None:
    site = add_site(hass, part("tariff", "tariff", {**data, "surcharge": 0.1}, "Mine"))
    flow = await change_part(hass, site, "tariff")
    assert flow["menu_options"] == ["prices", "extras", "user"]
    flow = await choose(hass, flow, "prices")
    assert flow["step_id"] == step
    assert given(flow) == answers
    flow = await answer_part(hass, flow, answers | ({"standard_time": False} if step == "ready_prices" else {}))
    assert given(flow) == {"surcharge": 0.1}
    flow = await finish(hass, flow, {"vat_pct": 20})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert list(tariffs(site).values()) == [{**data, "vat_pct": 20}]


async def test_change_to_another_tariff(hass: HomeAssistant) -> None:
    add(hass, ENTSOE)
    anchor = er.async_get(hass).async_get_entity_id("sensor", "entsoe", "entsoe.home_avg_price")
    assert anchor is not None
    entry = er.async_get(hass).async_get(anchor)
    assert entry is not None
    site = add_site(hass, part("tariff", "tariff", dynamic_tariff(entry.id), "ENTSO-e"))
    flow = await choose(hass, await change_part(hass, site, "tariff"), "prices")
    assert given(flow) == {"price_source": f"entsoe {entry.id}"}

    flow = await choose(hass, await change_part(hass, site, "tariff"), "user")
    assert flow["menu_options"] == KINDS
    flow = await choose(hass, flow, "ready")
    assert given(flow) == {}
    flow = await answer_part(hass, flow, {"ready": "it_f1_f23"})
    assert fields(flow) == ["f1", "f23"]
    await finish(hass, await answer_part(hass, flow, {"f1": 0.3, "f23": 0.2}))
    assert tariffs(site) == {
        "Italy: F1, F23": {"kind": "ready", "ready": "it_f1_f23", "prices": {"f1": 0.3, "f23": 0.2}}
    }
