"""Energy registers, and what stations do to them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.csms.keeping import _dump_entry, _entry
from custom_components.smart_charging.csms.records import Transaction
from custom_components.smart_charging.csms.register import EnergyCounter, Reading
from custom_components.smart_charging.csms.transactions import Entry

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


def minute(number: float, register_wh: float, sequence: int | None = None, *, at: datetime | None = None) -> Reading:
    """A reading that the station took in this minute, and sent at once unless told otherwise."""
    moment = AT + timedelta(minutes=number)
    return Reading(register_wh=register_wh, at=at or moment, station_at=moment, sequence=sequence)


def kept(counter: EnergyCounter) -> EnergyCounter:
    """What becomes of it where Home Assistant restarts."""
    transaction = Transaction(transaction_id="1", connector_id=1, id_tag="", started_at=AT, meter_start_wh=None)
    return _entry(json.loads(json.dumps(_dump_entry(Entry(transaction, counter)))), AT).counter


@pytest.mark.parametrize(
    ("start_wh", "registers_wh", "energy_wh"),
    [
        (1000.0, [1500.0, 2500.0], 1500.0),
        (None, [], None),
        (None, [5000.0, 5600.0], 600.0),
        (1000.0, [2000.0, 0.0, 300.0], 1300.0),  # went back to zero
        (1000.0, [1500.0, 1499.0, 1600.0], 601.0),
        (0.0, [9_000_000.0, 9_000_500.0], 500.0),  # meterStart was not the register
        (1234.5, [1235.5, 1_236_500.0, 1_237_500.0], 1001.0),  # kWh, then Wh
    ],
)
def test_energy_is_what_the_register_rose(
    start_wh: float | None, registers_wh: list[float], energy_wh: float | None
) -> None:
    counter = EnergyCounter()
    counter.read(None if start_wh is None else Reading(register_wh=start_wh, at=AT))
    for number, register_wh in enumerate(registers_wh, 1):
        counter.read(Reading(register_wh=register_wh, at=AT + timedelta(minutes=number)))
        counter.read(None)
    assert counter.energy_wh == energy_wh


@pytest.mark.parametrize(
    ("registers_wh", "energy_wh"),
    [
        ([11_900.0, 11.95, 12.0, 12.2, 12_250.0], 350.0),  # kWh that are said to be Wh, Wh at both ends
        ([11_900.0, 12.0, 14.0, 16.0], 4.0),  # a register of the transaction's own, in Wh
        ([11_900.0, 11.95, 0.0, 50.0], 100.0),  # reset after that
        ([11_900.0, 0.5, 12.5], 12.0),
    ],
)
def test_kilowatt_hours_that_are_said_to_be_watt_hours(registers_wh: list[float], energy_wh: float) -> None:
    for restart_after in range(len(registers_wh) + 1):
        counter = EnergyCounter()
        for number, register_wh in enumerate(registers_wh):
            counter.read(minute(number / 2, register_wh))
            if number == restart_after:
                counter = kept(counter)
        assert counter.energy_wh == pytest.approx(energy_wh)


@pytest.mark.parametrize(
    ("registers_wh", "energy_wh"),
    [
        ([12_000.0, 0.0, 400.0, 1_100.0, 13_200.0], 1_200.0),
        ([12_000.0, 0.0, 400.0, 1_100.0, 13_050.0, 13_400.0], 1_450.0),
        ([2_000.0, 0.0, 1_500.0, 3_000.0, 4_500.0], 4_500.0),  # no other register; it really fell
    ],
)
def test_a_register_beside_the_meter_s_own_is_not_counted_on_top(registers_wh: list[float], energy_wh: float) -> None:
    for restart_after in range(len(registers_wh) + 1):
        counter = EnergyCounter()
        for number, register_wh in enumerate(registers_wh):
            counter.read(minute(number * 5, register_wh))
            if number == restart_after:
                counter = kept(counter)
        assert counter.energy_wh == energy_wh


def test_what_was_kept_for_hours_and_sent_at_once_counts_in_full() -> None:
    now = AT + timedelta(hours=9)
    counter = EnergyCounter()
    for number, register_wh in ((0, 1000.0), (60, 9000.0), (480, 61_000.0)):
        counter.read(minute(number, register_wh, at=now))
    assert counter.energy_wh == 60_000.0


def test_no_clock_makes_more_than_a_vehicle_can_take_of_it() -> None:
    counter = EnergyCounter()
    counter.read(Reading(register_wh=0.0, at=AT, station_at=datetime(1970, 1, 1, tzinfo=UTC)))
    counter.read(minute(1, 5e9))
    assert counter.energy_wh == 0.0


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    counter = EnergyCounter()
    counter.read(minute(600, 1000.0, at=AT))
    counter.read(minute(0, 1200.0, at=AT + timedelta(minutes=1)))
    counter.read(minute(1, 1500.0, at=AT + timedelta(minutes=2)))
    assert counter.energy_wh == 500.0


def test_a_clock_that_was_set_back_before_all_was_sent_at_once_loses_nothing() -> None:
    now = AT + timedelta(hours=1)
    counter = EnergyCounter()
    counter.read(minute(120, 1000.0, at=now))
    counter.read(minute(20, 5000.0, at=now))
    assert counter.energy_wh == 4000.0
    counter.read(minute(10, 5e6, at=now))
    assert counter.energy_wh == 4000.0


def test_a_late_reading_from_before_a_reset_is_not_counted_on_top() -> None:
    counter = EnergyCounter()
    counter.read(minute(0, 50_000.0, 0))
    counter.read(minute(60, 0.0, 4))
    counter.read(minute(30, 56_000.0, 2, at=AT + timedelta(minutes=90)))
    counter.read(minute(61, 500.0, 5))
    assert counter.energy_wh == 500.0


@given(
    st.lists(st.floats(0, 300), min_size=1, max_size=12),
    st.data(),
    st.booleans(),
)
def test_the_order_of_arrival_does_not_matter(rises_wh: list[float], data: st.DataObject, numbered: bool) -> None:
    registers_wh = [sum(rises_wh[: number + 1]) for number in range(len(rises_wh))]
    readings = [
        minute(number, register_wh, number if numbered else None, at=AT)
        for number, register_wh in enumerate(registers_wh)
    ]
    counter = EnergyCounter()
    for reading in data.draw(st.permutations(readings)):
        counter.read(reading)
        counter.read(reading)
    assert counter.energy_wh == pytest.approx(registers_wh[-1] - registers_wh[0])
    assert counter.first is not None
    assert counter.last is not None
    assert counter.first.register_wh == registers_wh[0]
    assert counter.last.register_wh == registers_wh[-1]
