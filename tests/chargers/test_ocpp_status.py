"""What an OCPP connector says, in the engine's words."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.chargers.ocpp_status import (
    EXPIRY_S,
    Offer,
    State,
    read_currents,
    read_offer,
    read_state,
)
from custom_components.smart_charging.csms.records import (
    NO_PHASES,
    AcknowledgedLimit,
    Connector,
    ConnectorStatus,
    Measurement,
    PhaseValues,
    Status,
    Transaction,
)
from custom_components.smart_charging.engine.model.evse import EvState

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


def seconds(number: float) -> datetime:
    return AT + timedelta(seconds=number)


def connector_in(status: Status, error_code: str = "NoError", info: str = "") -> Connector:
    return Connector(connector_id=1, status=ConnectorStatus(status=status, error_code=error_code, info=info, at=AT))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.AVAILABLE, EvState.A),
        (Status.RESERVED, EvState.A),
        (Status.PREPARING, EvState.B),
        (Status.SUSPENDED_EV, EvState.B),
        (Status.SUSPENDED_EVSE, EvState.B),
        (Status.FINISHING, EvState.B),
        (Status.CHARGING, EvState.C),
    ],
)
def test_each_status_is_a_state_of_the_pilot(status: Status, state: EvState) -> None:
    assert read_state(connector_in(status)) == State(state=state, at=AT)


def test_every_status_has_a_state() -> None:
    assert all(read_state(connector_in(status)).state is not None for status in Status)


@pytest.mark.parametrize(
    ("connector", "state", "fault"),
    [
        (connector_in(Status.FAULTED, "GroundFailure", "RCD"), EvState.F, "GroundFailure RCD"),
        (connector_in(Status.FAULTED, "OtherError"), EvState.F, "OtherError"),
        (connector_in(Status.FAULTED), EvState.F, "Faulted"),
        (connector_in(Status.UNAVAILABLE), EvState.E, "Unavailable"),
        (connector_in(Status.CHARGING, "WeakSignal"), EvState.C, None),
    ],
)
def test_a_fault_is_told_in_the_charger_s_own_words(connector: Connector, state: EvState, fault: str | None) -> None:
    assert read_state(connector) == State(state=state, at=AT, fault=fault)


def transaction(*, found_at: datetime | None = None) -> Transaction:
    return Transaction(
        transaction_id="7", connector_id=1, id_tag="", started_at=AT, meter_start_wh=None, found_at=found_at
    )


def test_without_a_word_nothing_is_known_unless_a_transaction_runs() -> None:
    assert read_state(Connector(connector_id=1)) == State()
    running = Connector(connector_id=1, transaction=transaction())
    assert read_state(running) == State(state=EvState.C, at=AT)


def measured(
    currents_a: PhaseValues = NO_PHASES,
    current_a: float | None = None,
    power_w: float | None = None,
    voltage_v: float | None = None,
) -> Measurement:
    return Measurement(at=AT, currents_a=currents_a, current_a=current_a, power_w=power_w, voltage_v=voltage_v)


@pytest.mark.parametrize(
    ("phases", "measurement", "currents_a"),
    [
        (3, measured((10.0, 10.1, 9.9)), (10.0, 10.1, 9.9)),
        (3, measured((10.0, 0.0, 0.0)), (10.0, 0.0, 0.0)),
        (3, measured((10.0, None, None)), None),
        (3, measured((10.0, None, None), current_a=10.0), None),
        (1, measured((10.0, None, None)), (10.0,)),
        (1, measured((10.0, 0.0, 0.0)), (10.0,)),
        (1, measured((None, 10.0, None)), (10.0,)),
        (1, measured((None, 10.0, 1.0)), None),
        (1, measured(current_a=10.0), (10.0,)),
        (3, measured(current_a=0.0), (0.0, 0.0, 0.0)),
        (3, measured(current_a=30.0, power_w=6900.0), (10.0, 10.0, 10.0)),
        (3, measured(current_a=10.0, power_w=6900.0), (10.0, 10.0, 10.0)),
        (3, measured(current_a=10.0, power_w=6600.0, voltage_v=220.0), (10.0, 10.0, 10.0)),
        (3, measured(current_a=10.0), None),
        (3, measured(power_w=6900.0), None),
        (3, measured(), None),
        (3, None, None),
    ],
)
def test_currents(phases: int, measurement: Measurement | None, currents_a: tuple[float, ...] | None) -> None:
    assert read_currents(measurement, phases, 230.0) == currents_a


DEFAULT = AcknowledgedLimit(limit_a=6.0, phases=None, at=seconds(-500))
LIMIT = AcknowledgedLimit(limit_a=16.0, phases=None, at=seconds(45), until=seconds(45 + EXPIRY_S))


def offer(connector: Connector, now: datetime) -> Offer:
    return read_offer(
        connector,
        limit_since=seconds(0) if connector.limit else None,
        default_since=seconds(-1000) if connector.default_limit else None,
        now=now,
    )


def test_without_a_transaction_the_default_is_what_one_begins_with() -> None:
    idle = Connector(connector_id=1, default_limit=DEFAULT)
    assert offer(idle, AT) == Offer(current_a=6.0, at=seconds(-1000))
    assert offer(Connector(connector_id=1), AT) == Offer(current_a=None)


def test_a_transaction_begins_with_the_default() -> None:
    begun = Connector(connector_id=1, default_limit=DEFAULT, transaction=transaction())
    assert offer(begun, seconds(1)) == Offer(current_a=6.0, at=AT)


def test_a_limit_holds_until_it_runs_out_and_then_the_default_does() -> None:
    limited = Connector(connector_id=1, default_limit=DEFAULT, transaction=transaction(), limit=LIMIT)
    assert offer(limited, seconds(44 + EXPIRY_S)) == Offer(current_a=16.0, at=seconds(0))
    assert offer(limited, seconds(45 + EXPIRY_S)) == Offer(current_a=6.0, at=seconds(45 + EXPIRY_S))


@pytest.mark.parametrize(
    "found",
    [
        Connector(connector_id=1, default_limit=DEFAULT, transaction=transaction(found_at=AT)),
        Connector(connector_id=1, default_limit=DEFAULT, status=connector_in(Status.CHARGING).status),
    ],
)
def test_a_transaction_that_was_found_running_may_be_under_an_older_limit_as_long_as_one_lasts(
    found: Connector,
) -> None:
    assert offer(found, seconds(EXPIRY_S - 1)) == Offer(current_a=None)
    assert offer(found, seconds(EXPIRY_S)) == Offer(current_a=6.0, at=seconds(EXPIRY_S))
