"""Tariffs: what a valid one is, and what is made of it."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charging.configuration.extras import LeftOut
from custom_components.smart_charging.configuration.rules.tariff import validate_tariff
from custom_components.smart_charging.configuration.setup import read_setup
from custom_components.smart_charging.configuration.tariffs import (
    CarbonConfig,
    ColouredPrices,
    DispatchedPrices,
    DynamicPrices,
    read_tariff,
)
from custom_components.smart_charging.engine.model.tariff import PeakPrice
from custom_components.smart_charging.tariffs.extras import NO_EXTRAS
from custom_components.smart_charging.tariffs.hours import TimeOfUse
from custom_components.smart_charging.tariffs.peaks import PEAK_RULES, PeakTariff

from ..tariffs.clocks import LONDON, PARIS, local, told
from .parts import part
from .tariff_data import dynamic_tariff, fixed_tariff, green_tariff, grid_fee, hp_hc, intelligent, own_tariff, tempo
from .test_config_circuits import entry
from .test_config_rules import TEXTS


def own_peak(*, peak_own: Any = None, **own: Any) -> dict[str, Any]:
    return fixed_tariff(peak="own", peak_price=65, peak_own=own if peak_own is None else peak_own)


EVENING = {"price": 0.4, "hours": "17-20"}


@pytest.mark.parametrize(
    "data",
    [
        fixed_tariff(),
        fixed_tariff(price=-0.1),
        green_tariff(),
        green_tariff(carbon="priced", carbon_price=100),
        green_tariff(carbon_entities=["event.today", "event.tomorrow", "input_number.grid"]),
        fixed_tariff(price="0.25"),
        dynamic_tariff(),
        hp_hc(),
        hp_hc(standard_time=True),
        tempo(),
        tempo(today="binary_sensor.ejp", tomorrow="input_select.colour"),
        intelligent(),
        own_tariff(),
        own_tariff(EVENING),
        own_tariff({**EVENING, "days": "weekend", "first_month": "11", "last_month": "2"}, EVENING, EVENING, EVENING),
        fixed_tariff(surcharge=0.1, vat_pct=19, feed_in_price=0.08, grid_fee=grid_fee()),
        fixed_tariff(feed_in_entity="sensor.feed_in"),
        fixed_tariff(peak="flanders", peak_price=45),
        fixed_tariff(peak="norway", peak_steps="0 kW: 90; 2 kW: 180"),
        fixed_tariff(peak="own", peak_price=65),
        own_peak(peak_window="15", peak_count=5, hours="07-19", days="working_days", peak_else_pct=50),
    ],
)
def test_a_valid_tariff(data: dict[str, Any]) -> None:
    assert validate_tariff(data) == {}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"kind": "tariff_kind_unknown"}),
        (fixed_tariff(kind="free"), {"kind": "tariff_kind_unknown"}),
        (fixed_tariff(price=None), {"price": "no_price"}),
        (fixed_tariff(price="nan"), {"price": "no_price"}),
        (dynamic_tariff(price_source="oracle"), {"price_source": "price_source_unknown"}),
        (dynamic_tariff(anchor=7), {"price_source": "price_source_unknown"}),  # type: ignore[arg-type]
        (hp_hc(ready="fr_base"), {"ready": "ready_unknown"}),
        (hp_hc(hours="at night"), {"hours": "hours_unreadable"}),
        (hp_hc(hours=None), {"hours": "hours_unreadable"}),
        (hp_hc(prices={"off_peak": 0.17}), {"peak": "no_price"}),
        (hp_hc(prices=None), {"off_peak": "no_price", "peak": "no_price"}),
        (tempo(today=None), {"today": "entity_unfit"}),
        (tempo(tomorrow="light.red"), {"tomorrow": "entity_unfit"}),
        (intelligent(dispatches="sensor.dispatching"), {"dispatches": "entity_unfit"}),
        (own_tariff(periods=None), {"periods": "periods_unknown"}),
        (own_tariff(*[EVENING] * 5), {"periods": "periods_unknown"}),
        (own_tariff(price=None), {"price": "no_price"}),
        (own_tariff(EVENING, {"hours": "17-20"}), {"period_2": "no_price"}),
        (own_tariff({"price": 0.1}), {"period_1": "hours_unreadable"}),
        (own_tariff({**EVENING, "days": "sometimes"}), {"period_1": "days_unknown"}),
        (own_tariff({**EVENING, "first_month": "5"}), {"period_1": "months_unknown"}),
        (own_tariff({**EVENING, "first_month": "5", "last_month": "13"}), {"period_1": "months_unknown"}),
        (own_tariff({**EVENING, "first_month": "x", "last_month": "5"}), {"period_1": "months_unknown"}),
        (fixed_tariff(surcharge="much"), {"surcharge": "no_price"}),
        (fixed_tariff(vat_pct=101), {"vat_pct": "vat_out_of_range"}),
        (fixed_tariff(vat_pct=-1), {"vat_pct": "vat_out_of_range"}),
        (fixed_tariff(grid_fee=0.1), {"grid_fee": "grid_fee_unknown"}),
        (fixed_tariff(grid_fee=grid_fee(low=None)), {"low": "no_price"}),
        (fixed_tariff(grid_fee=grid_fee(high_hours="late")), {"high_hours": "hours_unreadable"}),
        (fixed_tariff(grid_fee=grid_fee(quarters=[])), {"quarters": "quarters_unknown"}),
        (fixed_tariff(grid_fee=grid_fee(quarters=["5"])), {"quarters": "quarters_unknown"}),
        (fixed_tariff(feed_in_price="x"), {"feed_in_price": "no_price"}),
        (
            fixed_tariff(feed_in_price=0.1, feed_in_entity="sensor.feed_in"),
            {"feed_in_entity": "feed_in_twice"},
        ),
        (fixed_tariff(feed_in_entity="light.sun"), {"feed_in_entity": "feed_in_entity_unknown"}),
        (green_tariff(carbon="twice"), {"carbon": "carbon_unknown"}),
        (green_tariff(carbon_entities=None), {"carbon_entities": "carbon_entities_missing"}),
        (green_tariff(carbon_entities=[]), {"carbon_entities": "carbon_entities_missing"}),
        (green_tariff(carbon_entities="sensor.grid"), {"carbon_entities": "carbon_entities_missing"}),
        (green_tariff(carbon_entities=["sensor.grid", "light.sun"]), {"carbon_entities": "carbon_entities_missing"}),
        (green_tariff(carbon="priced"), {"carbon_price": "carbon_price_missing"}),
        (green_tariff(carbon="priced", carbon_price=-1), {"carbon_price": "carbon_price_missing"}),
        (fixed_tariff(peak="bavaria"), {"peak": "peak_unknown"}),
        (fixed_tariff(peak="sweden"), {"peak_price": "peak_price_missing"}),
        (fixed_tariff(peak="sweden", peak_price=-1), {"peak_price": "peak_price_missing"}),
        (fixed_tariff(peak="norway", peak_price=5), {"peak_steps": "steps_unreadable"}),
        (fixed_tariff(peak="own"), {"peak_price": "peak_price_missing"}),
        (own_peak(peak_own=7), {"peak": "peak_unknown"}),
        (own_peak(peak_window="30"), {"peak_window": "peak_window_unknown"}),
        (own_peak(peak_count=0), {"peak_count": "peak_count_out_of_range"}),
        (own_peak(peak_count=32), {"peak_count": "peak_count_out_of_range"}),
        (own_peak(peak_else_pct=101), {"peak_else_pct": "peak_else_out_of_range"}),
        (own_peak(hours="by day"), {"hours": "hours_unreadable"}),
        (own_peak(days="sometimes"), {"days": "days_unknown"}),
        (own_peak(first_month="11"), {"first_month": "months_unknown"}),
        (own_peak(holidays="fr"), {"holidays": "holidays_unknown"}),
    ],
)
def test_what_is_wrong(data: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_tariff(data) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])
    assert set(errors.values()) <= set(TEXTS["config_subentries"]["tariff"]["error"])


def prices_of(data: dict[str, Any]) -> TimeOfUse:
    prices = read_tariff(data).prices
    assert isinstance(prices, TimeOfUse)
    return prices


def drawn(data: dict[str, Any], day: str) -> list[str]:
    start = local(f"{day} 00:00")
    return told(prices_of(data).slots(start, start + timedelta(days=1), PARIS))


def test_what_is_made_of_a_fixed_one() -> None:
    assert drawn(fixed_tariff(), "2026-05-04") == ["04 00:00+2 0.25"]
    config = read_tariff(fixed_tariff())
    assert (config.extras, config.feed_in_per_kwh, config.feed_in_entity_id, config.peak) == (
        NO_EXTRAS,
        None,
        None,
        None,
    )


def test_what_is_made_of_a_ready_one() -> None:
    assert drawn(hp_hc(), "2026-05-04") == [
        "04 00:00+2 0.17",
        "04 06:30+2 0.22",
        "04 12:00+2 0.17",
        "04 14:00+2 0.22",
        "04 22:30+2 0.17",
    ]
    economy_7 = prices_of(hp_hc(ready="gb_economy_7", hours="00:30-07:30", standard_time=True))
    summer = local("2026-07-01 00:00", LONDON)
    assert told(economy_7.slots(summer, summer + timedelta(hours=12), LONDON), LONDON) == [
        "01 00:00+1 0.22",
        "01 01:30+1 0.17",
        "01 08:30+1 0.22",
    ]


def test_what_is_made_of_one_s_own() -> None:
    winter = {"price": 0.5, "hours": "17-20", "days": "working_days", "first_month": "11", "last_month": "2"}
    data = own_tariff(winter, {"price": 0.4, "hours": "16-21"})
    assert drawn(data, "2026-02-27") == [
        "27 00:00+1 0.3",
        "27 16:00+1 0.4",
        "27 17:00+1 0.5",
        "27 20:00+1 0.4",
        "27 21:00+1 0.3",
    ]
    calm = ["00:00", "16:00", "21:00"]
    for day in ("2026-02-28", "2026-03-02"):  # a Saturday, and a Monday in March
        assert [text[3:8] for text in drawn(data, day)] == calm
    # The last of February is part of it in a leap year too.
    assert "29 17:00+1 0.5" in drawn(data, "2024-02-29")


def test_what_is_made_of_those_that_others_tell() -> None:
    assert read_tariff(dynamic_tariff()).prices == DynamicPrices(key="entsoe", anchor="sensor.prices")
    coloured = read_tariff(tempo()).prices
    assert isinstance(coloured, ColouredPrices)
    assert (coloured.today_id, coloured.tomorrow_id) == ("sensor.today", "sensor.tomorrow")
    dispatched = read_tariff(intelligent()).prices
    assert isinstance(dispatched, DispatchedPrices)
    assert (dispatched.entity_id, dispatched.price_per_kwh) == ("binary_sensor.dispatching", 0.07)


def test_what_is_made_of_what_comes_on_top() -> None:
    config = read_tariff(fixed_tariff(surcharge=0.05, vat_pct=20, feed_in_price="0.08", grid_fee=grid_fee()))
    assert config.feed_in_per_kwh == 0.08
    assert (config.extras.surcharge_per_kwh, config.extras.vat) == (0.05, 0.2)
    fee = config.extras.grid_fee
    assert fee is not None
    winter, summer = local("2026-11-04 00:00"), local("2026-05-04 00:00")
    assert told(fee.slots(winter, winter + timedelta(days=1), PARIS)) == [
        "04 00:00+1 0.01",
        "04 06:00+1 0.1",
        "04 17:00+1 0.17",
        "04 20:00+1 0.1",
    ]
    assert told(fee.slots(summer, summer + timedelta(days=1), PARIS)) == ["04 00:00+2 0.1"]


def test_what_is_made_of_co2() -> None:
    assert read_tariff(fixed_tariff()).carbon is None
    both = ["sensor.grid", "event.tomorrow"]
    assert read_tariff(green_tariff(carbon_entities=both)).carbon == CarbonConfig(
        entity_ids=("sensor.grid", "event.tomorrow"), price_per_kg=None
    )
    priced = read_tariff(green_tariff(carbon="priced", carbon_price=100)).carbon
    assert priced == CarbonConfig(entity_ids=("sensor.grid",), price_per_kg=0.1)
    # The price of a tonne was left where it is not one of anything.
    assert read_tariff(green_tariff(carbon_price=100)).carbon == CarbonConfig(
        entity_ids=("sensor.grid",), price_per_kg=None
    )


def peak_of(**data: Any) -> PeakTariff:
    peak = read_tariff(fixed_tariff(**data)).peak
    assert peak is not None
    return peak


def test_what_is_made_of_the_price_of_power() -> None:
    flanders = peak_of(peak="flanders", peak_price=48).price
    assert flanders == PeakPrice(per_kw=4.0, window=timedelta(minutes=15), days=1, least_kw=2.5)
    norway = peak_of(peak="norway", peak_steps="0 kW: 90; 2 kW: 180").price
    assert norway.steps == ((0.0, 90.0), (2.0, 90.0))
    assert peak_of(peak="flanders", peak_price=48).hours is None
    assert peak_of(peak="se_night_half", peak_price=65).hours == PEAK_RULES["se_night_half"].hours


def test_a_household_says_how_its_peak_is_counted() -> None:
    """The mean of five days' highest quarters of an hour from 06:00 to 18:00 of winter's working days; at other times a quarter of it."""
    winter = {"hours": "06-18", "days": "working_days", "first_month": "11", "last_month": "3", "holidays": "se"}
    own = {"peak_window": "15", "peak_count": 5, "peak_else_pct": 25, **winter}
    peak = peak_of(peak="own", peak_price=65, peak_own=own)
    assert peak.price == PeakPrice(per_kw=65.0, window=timedelta(minutes=15), days=5)
    times = ("2026-01-14 06:00", "2026-01-14 18:00", "2026-01-17 12:00", "2026-01-06 12:00", "2026-07-15 12:00")
    assert [peak.factor_at(local(at), PARIS) for at in times] == [1.0, 0.25, 0.25, 0.25, 0.25]


def test_what_a_household_does_not_say_of_its_peak_is_as_usual() -> None:
    peak = peak_of(peak="own", peak_price=65)
    assert peak.price == PeakPrice(per_kw=65.0, window=timedelta(hours=1), days=1)
    assert peak.factor_at(local("2026-07-18 03:00"), PARIS) == 1.0


def test_peaks_that_were_counted_otherwise_are_told_apart() -> None:
    keys = {peak_of(peak="own", peak_price=65, peak_own={"peak_count": count}).key for count in (1, 2, 1)}
    assert len(keys) == 2


def test_a_peak_is_guarded_unless_somebody_says_otherwise() -> None:
    assert peak_of(peak="flanders", peak_price=48).guarded
    assert not peak_of(peak="flanders", peak_price=48, peak_guard=False).guarded


def test_a_site_has_one_or_none() -> None:
    assert read_setup(entry()).tariff is None
    setup = read_setup(entry(part("tariff", "tariff", hp_hc())))
    assert setup.tariff == read_tariff(hp_hc())


def test_a_site_goes_on_without_a_broken_one() -> None:
    setup = read_setup(entry(part("tariff", "tariff", hp_hc(hours="x"), "HP/HC")))
    assert setup.tariff is None
    assert setup.left_out == (LeftOut(kind="tariff", name="HP/HC", field="hours", key="hours_unreadable"),)


def test_or_without_one_that_cannot_be_read() -> None:
    setup = read_setup(entry(part("tariff", "tariff", {"kind": "ready"}, "HP/HC")))
    assert (setup.tariff, [part.name for part in setup.left_out]) == (None, ["HP/HC"])
