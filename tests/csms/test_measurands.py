"""Sampled values, as real stations write them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.csms.measurands import parse_meter_value, parse_number
from custom_components.smart_charging.csms.records import Measurement

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def read(*samples: dict[str, Any]) -> Measurement | None:
    return parse_meter_value([{"timestamp": "2026-06-01T09:59:59Z", "sampledValue": list(samples)}], AT)


def sample(text: str) -> dict[str, Any]:
    """`Current.Import L1-N 16.0 A Outlet`: measurand, phase, value, unit, location; `-` leaves one out."""
    names = ("measurand", "phase", "value", "unit", "location", "context")
    return {name: part for name, part in zip(names, text.split(), strict=False) if part != "-"}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("16", 16.0),
        (" 16.5 ", 16.5),
        ("16,5", 16.5),
        ("-0,5", -0.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1,234,567.8", 1234567.8),
        ("1e3", 1000.0),
        (7, 7.0),
        (7.5, 7.5),
        ("", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999", None),
        ("1_000", None),
        ("1.2.3", None),
        (",", None),
        ("0x10", None),
        ("٣", None),
        ("1" * 41, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_numbers(value: object, number: float | None) -> None:
    assert parse_number(value) == number


@pytest.mark.parametrize(
    ("samples", "field", "value"),
    [
        # currents: each phase where it says it is
        (
            ["Current.Import L1 16 A", "Current.Import L2 15.5 A", "Current.Import L3 0 A"],
            "currents_a",
            (16.0, 15.5, 0.0),
        ),
        (["Current.Import L1-N 16 A", "Current.Import L3-N 8 A"], "currents_a", (16.0, None, 8.0)),
        (["Current.Import L1 16000 mA"], "currents_a", (16.0, None, None)),
        (["Current.Import L1 16"], "currents_a", (16.0, None, None)),
        (["Current.Import L1-L2 16 A", "Current.Import L2 5 A"], "currents_a", (None, 5.0, None)),
        (["Current.Import N 3 A", "Current.Import L2 5 A"], "currents_a", (None, 5.0, None)),
        # a current without a phase is not spread over phases, and a power is not turned into currents
        (["Current.Import - 16 A"], "currents_a", (None, None, None)),
        (["Current.Import - 16 A"], "current_a", 16.0),
        (["Power.Active.Import - 11000 W"], "currents_a", (None, None, None)),
        # out of the vehicle is negative
        (["Current.Export L1 10 A"], "currents_a", (-10.0, None, None)),
        (["Current.Import L1 0 A", "Current.Export L1 10 A"], "currents_a", (-10.0, None, None)),
        (["Power.Active.Export - 2 kW"], "power_w", -2000.0),
        # power and energy: the whole, or the sum of its phases
        (["Power.Active.Import - 11 kW"], "power_w", 11000.0),
        (["Power.Active.Import L1 3600 W", "Power.Active.Import L2 3700 W"], "power_w", 7300.0),
        (["Power.Active.Import - 7000 W", "Power.Active.Import L1 3600 W"], "power_w", 7000.0),
        (["- - 1234"], "energy_wh", 1234.0),
        (["- - 1234.5 Wh"], "energy_wh", 1234.5),
        (["Energy.Active.Import.Register - 1,5 kWh"], "energy_wh", 1500.0),
        (["Energy.Active.Import.Register - 1.5 KWH"], "energy_wh", 1500.0),
        # the rest
        (["Voltage L1-N 230 V", "Voltage L2-N 232 V"], "voltage_v", 231.0),
        (["Voltage - 229 V"], "voltage_v", 229.0),
        (["Voltage L1-L2 400 V", "SoC - 5 Percent"], "voltage_v", None),
        (["Current.Offered - 16 A"], "offered_a", 16.0),
        (["Current.Offered L1 16 A", "Current.Offered L2 13 A"], "offered_a", 13.0),
        (["SoC - 55 Percent EV"], "soc_percent", 55.0),
        # the outlet counts; the inlet only where nothing is known of the outlet; never the cabinet
        (["Current.Import L1 9 A Inlet", "Current.Import L1 6 A Outlet"], "currents_a", (6.0, None, None)),
        (["Current.Import L1 9 A Inlet", "Current.Import L2 6 A Outlet"], "currents_a", (None, 6.0, None)),
        (["Current.Import L1 9 A Inlet"], "currents_a", (9.0, None, None)),
        (["Current.Import L1 9 A Body", "SoC - 5 Percent"], "currents_a", (None, None, None)),
        # the context makes no difference, and the last of a kind counts
        (["- - 5 Wh - Transaction.Begin", "- - 6 Wh - Sample.Periodic"], "energy_wh", 6.0),
        # absurd values are unknown, not zero
        (["Current.Import L1 99999 A", "SoC - 5 Percent"], "currents_a", (None, None, None)),
        (["Power.Active.Import - 1e9 W", "SoC - 5 Percent"], "power_w", None),
        (["Current.Offered - -1 A", "SoC - 5 Percent"], "offered_a", None),
        (["- - -5 Wh", "SoC - 5 Percent"], "energy_wh", None),
        (["Current.Import L1 5 W", "SoC - 5 Percent"], "currents_a", (None, None, None)),
    ],
)
def test_sampled_values(samples: list[str], field: str, value: object) -> None:
    measurement = read(*map(sample, samples))
    assert measurement is not None
    assert getattr(measurement, field) == value


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"value": None},
        {"value": "16", "measurand": "Temperature"},
        {"value": "16", "measurand": ["Current.Import"]},
        {"value": "16", "phase": {"L": 1}},
        {"value": "16", "unit": 5},
        {"value": "16", "unit": "parsec"},
        {"value": "OCMF|{}", "format": "SignedData"},
    ],
)
def test_what_cannot_be_used_is_left_out(raw: dict[str, Any]) -> None:
    assert read(raw) is None


def test_the_times_are_ours_and_the_station_s_own() -> None:
    measurement = read(sample("- - 5"))
    assert measurement is not None
    assert measurement.at == AT
    assert measurement.station_at == datetime(2026, 6, 1, 9, 59, 59, tzinfo=UTC)


def test_several_entries_are_one_measurement_of_which_the_last_counts() -> None:
    entries = [
        {"timestamp": "2026-06-01T09:00:00Z", "sampledValue": [sample("- - 5"), sample("SoC - 50 Percent")]},
        {"timestamp": "2026-06-01T09:01:00Z", "sampledValue": sample("- - 6")},
        {"sampledValue": None},
        "odd",
    ]
    measurement = parse_meter_value(entries, AT)
    assert measurement is not None
    assert (measurement.energy_wh, measurement.soc_percent) == (6.0, 50.0)
    assert measurement.station_at == datetime(2026, 6, 1, 9, 1, tzinfo=UTC)


@given(JSON)
def test_any_json_is_read_without_an_exception(raw: Any) -> None:
    assert parse_meter_value(raw, AT) is None or isinstance(raw, list)
    parse_number(raw)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "measurand": st.sampled_from(["Current.Import", "Current.Export", "Voltage", "SoC"]) | JSON,
                "phase": st.sampled_from(["L1", "L2-N", "N"]) | JSON,
                "unit": st.sampled_from(["A", "W", "kWh"]) | JSON,
                "location": st.sampled_from(["Outlet", "Inlet", "Body"]) | JSON,
                "value": st.floats().map(str) | st.integers().map(str) | JSON,
            },
        ),
        max_size=6,
    )
)
def test_what_comes_out_is_finite_and_possible(samples: list[dict[str, Any]]) -> None:
    measurement = read(*samples)
    if measurement is None:
        return
    assert all(current is None or abs(current) <= 2000 for current in measurement.currents_a)
    assert measurement.soc_percent is None or 0 <= measurement.soc_percent <= 100
    assert measurement.energy_wh is None or measurement.energy_wh >= 0


@pytest.mark.parametrize(
    ("samples", "energy_wh"),
    [
        (["- - 163630 Wh - Sample.Periodic", "- - 157440 Wh - Transaction.Begin"], 163630.0),
        (["- - 157440 Wh - Transaction.Begin", "- - 163630 Wh - -"], 163630.0),
        (["- L1 9 Wh - -", "- L2 8 Wh - -", "- - 5 Wh - Transaction.Begin"], 17.0),
        (["- - 157440 Wh - Transaction.Begin", "SoC - 40 Percent"], 157440.0),
    ],
)
def test_what_a_transaction_began_with_is_not_what_is_now(samples: list[str], energy_wh: float) -> None:
    measurement = read(*(sample(text) for text in samples))
    assert measurement is not None
    assert measurement.energy_wh == energy_wh
