from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.profiles import MAXIMUM_PROFILES, ProfileError, ProfileStore

NOW = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)  # a Thursday
TRANSACTION = 42


def profile(
    purpose: str, *limits: tuple[float, float], number: int = 1, stack: int = 0, unit: str = "A", **more: Any
) -> dict[str, Any]:
    schedule = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": start, "limit": limit} for start, limit in limits],
    }
    schedule |= {key: more.pop(key) for key in ("duration", "startSchedule") if key in more}
    return {
        "chargingProfileId": number,
        "stackLevel": stack,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
        **more,
    }


def install(store: ProfileStore, payload: dict[str, Any], connector: int = 1) -> None:
    store.install(connector, payload, transaction_id=TRANSACTION, running=True)


def at(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def limit(store: ProfileStore, seconds: float = 0, phases: int = 1) -> float:
    return store.limit_a(NOW + timedelta(seconds=seconds), transaction_start=NOW, phases=phases)


def test_without_a_profile_the_hardware_is_the_limit() -> None:
    assert limit(ProfileStore(hardware_maximum_a=32.0)) == 32.0


def test_a_tx_profile_runs_out_and_the_default_takes_over() -> None:
    """The failsafe that lives in the station."""
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), number=1), connector=0)
    install(store, profile("TxProfile", (0, 20.0), number=2, startSchedule=at(10), duration=60))
    assert [limit(store, second) for second in (9, 10, 69, 70, 1000)] == [6.0, 20.0, 20.0, 6.0, 6.0]


@pytest.mark.parametrize(
    ("profiles", "expected_a"),
    [
        # a TxProfile takes the default's place, upwards too
        ([("TxDefaultProfile", 6, 0), ("TxProfile", 20, 0)], 20),
        ([("TxDefaultProfile", 20, 0), ("TxProfile", 6, 0)], 6),
        # the station's own maximum and the hardware hold beside them
        ([("ChargePointMaxProfile", 10, 0), ("TxProfile", 20, 0)], 10),
        ([("ChargePointMaxProfile", 25, 0), ("TxDefaultProfile", 20, 0)], 20),
        ([("TxProfile", 63, 0)], 32),
        # within one purpose the highest stack level, whatever its limit
        ([("TxDefaultProfile", 6, 3), ("TxDefaultProfile", 10, 1)], 6),
        ([("TxDefaultProfile", 6, 1), ("TxDefaultProfile", 10, 3)], 10),
        ([("TxProfile", 0, 1), ("TxProfile", 10, 0)], 0),
    ],
)
def test_purposes_and_stack_levels(profiles: list[tuple[str, float, int]], expected_a: float) -> None:
    store = ProfileStore()
    for number, (purpose, limit_a, stack) in enumerate(profiles):
        connector = 0 if purpose == "ChargePointMaxProfile" else 1
        install(store, profile(purpose, (0, limit_a), number=number, stack=stack), connector)
    assert limit(store) == expected_a


def test_a_higher_stack_level_counts_only_while_it_has_a_period() -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), number=1, stack=0))
    install(store, profile("TxDefaultProfile", (0, 16.0), number=2, stack=5, validFrom=at(10), validTo=at(20)))
    assert [limit(store, second) for second in (9, 10, 19, 20)] == [6.0, 16.0, 16.0, 6.0]


def test_the_connector_s_own_default_comes_before_the_station_s() -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 16.0), number=1), connector=1)
    install(store, profile("TxDefaultProfile", (0, 6.0), number=2), connector=0)
    assert limit(store) == 16.0


def test_periods_follow_each_other() -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), (60, 10.0), (120, 0.0), startSchedule=at(0)))
    assert [limit(store, second) for second in (-1, 0, 59, 60, 120)] == [32.0, 6.0, 6.0, 10.0, 0.0]


@pytest.mark.parametrize("kind", ["Relative", "Absolute"])
def test_without_a_start_a_schedule_counts_from_the_start_of_charging(kind: str) -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), (60, 10.0), chargingProfileKind=kind))
    assert store.limit_a(NOW, transaction_start=None) == 32.0
    assert [limit(store, second) for second in (0, 60)] == [6.0, 10.0]


@pytest.mark.parametrize(("recurrency", "days"), [("Daily", 1), ("Weekly", 7)])
def test_a_recurring_profile_comes_back(recurrency: str, days: int) -> None:
    store = ProfileStore()
    start = NOW - timedelta(days=14)
    install(
        store,
        profile(
            "TxDefaultProfile",
            (0, 6.0),
            chargingProfileKind="Recurring",
            recurrencyKind=recurrency,
            startSchedule=start.isoformat(),
            duration=3600,
        ),
    )
    day_s = 24 * 3600
    assert [limit(store, second) for second in (0, 3599, 3600)] == [6.0, 6.0, 32.0]
    assert limit(store, days * day_s) == 6.0
    assert limit(store, day_s) == (6.0 if days == 1 else 32.0)


@pytest.mark.parametrize(("phases", "expected_a"), [(1, 20.0), (3, 4600 / 230 / 3)])
def test_watts_are_shared_by_the_phases_in_use(phases: int, expected_a: float) -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 4600.0), unit="W"))
    assert limit(store, phases=phases) == pytest.approx(expected_a)


def test_watts_for_one_phase_go_to_one_phase() -> None:
    store = ProfileStore()
    payload = profile("TxDefaultProfile", (0, 4600.0), unit="W")
    payload["chargingSchedule"]["chargingSchedulePeriod"][0]["numberPhases"] = 1
    install(store, payload)
    assert limit(store, phases=3) == pytest.approx(20.0)


def test_the_same_id_or_place_is_replaced() -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), number=1, stack=0))
    install(store, profile("TxDefaultProfile", (0, 8.0), number=2, stack=0))
    install(store, profile("TxDefaultProfile", (0, 10.0), number=2, stack=1))
    assert [(held.id, held.stack_level) for held in store.profiles] == [(2, 1)]
    assert limit(store) == 10.0


@pytest.mark.parametrize(
    ("payload", "connector", "why"),
    [
        (profile("TxProfile", (0, 6.0)), 0, "whole station"),
        (profile("TxProfile", (0, 6.0), transactionId=7), 1, "another transaction"),
        (profile("ChargePointMaxProfile", (0, 6.0)), 1, "on a connector"),
        (profile("TxDefaultProfile", (0, 6.0)), 2, "unknown connector"),
        (profile("TxDefaultProfile", (0, 6.0), stack=11), 1, "stack level"),
        (profile("TxDefaultProfile", (0, -6.0)), 1, "below zero"),
        (profile("TxDefaultProfile", (5, 6.0)), 1, "periods"),
        (profile("TxDefaultProfile"), 1, "periods"),
        (profile("TxDefaultProfile", (0, 6.0), unit="kW"), 1, "unknown unit"),
        (profile("TxDefaultProfile", (0, 6.0), chargingProfileKind="Dynamic"), 1, "unknown kind"),
        (
            profile("TxDefaultProfile", (0, 6.0), chargingProfileKind="Recurring", recurrencyKind="Daily"),
            1,
            "its start",
        ),
        (profile("TxDefaultProfile", (0, 6.0), chargingProfileKind="Recurring"), 1, "not a profile"),
        (profile("PriorityCharging", (0, 6.0)), 1, "not a profile"),
        ({}, 1, "not a profile"),
    ],
)
def test_what_the_station_cannot_do_is_rejected(payload: dict[str, Any], connector: int, why: str) -> None:
    store = ProfileStore()
    with pytest.raises(ProfileError, match=why):
        install(store, payload, connector)
    assert store.profiles == []


def test_a_tx_profile_needs_a_transaction_and_ends_with_it() -> None:
    store = ProfileStore()
    with pytest.raises(ProfileError, match="without a transaction"):
        store.install(1, profile("TxProfile", (0, 6.0)), transaction_id=None, running=False)
    install(store, profile("TxProfile", (0, 6.0), transactionId=TRANSACTION))
    install(store, profile("TxDefaultProfile", (0, 8.0), number=2))
    store.end_transaction()
    assert [held.id for held in store.profiles] == [2]


def test_a_store_is_full_at_some_time() -> None:
    store = ProfileStore()
    for number in range(MAXIMUM_PROFILES):
        install(store, profile("TxDefaultProfile", (0, 6.0), number=number, stack=number % 10), connector=number // 10)
    with pytest.raises(ProfileError, match="more than"):
        install(store, profile("TxProfile", (0, 6.0), number=99))


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        ({"id": 1}, [2, 3]),
        ({"id": 9}, [1, 2, 3]),
        ({}, []),
        ({"chargingProfilePurpose": "TxDefaultProfile"}, [3]),
        ({"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 4}, [1, 3]),
        ({"connectorId": 0}, [2, 3]),
        ({"connectorId": 1, "stackLevel": 9}, [1, 2, 3]),
    ],
)
def test_profiles_are_cleared_by_what_is_named(request_: dict[str, Any], left: list[int]) -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), number=1), connector=0)
    install(store, profile("TxDefaultProfile", (0, 6.0), number=2, stack=4))
    install(store, profile("TxProfile", (0, 6.0), number=3))
    assert store.clear(request_) == 3 - len(left)
    assert [held.id for held in store.profiles] == left


def test_the_composite_schedule_is_the_limit_over_time() -> None:
    store = ProfileStore()
    install(store, profile("ChargePointMaxProfile", (0, 25.0), number=1, startSchedule=at(-10)), connector=0)
    install(store, profile("TxDefaultProfile", (0, 6.0), (300, 8.0), number=2, startSchedule=at(0)))
    install(store, profile("TxProfile", (0, 30.0), number=3, startSchedule=at(0), duration=60, validFrom=at(30)))
    schedule = store.composite(NOW, 600, transaction_start=NOW)
    assert schedule == [(0, 6.0), (30, 25.0), (60, 6.0), (300, 8.0)]


def test_the_composite_schedule_of_a_recurring_profile_sees_its_next_day() -> None:
    store = ProfileStore()
    payload = profile("TxDefaultProfile", (0, 6.0), startSchedule=at(-3600), duration=3660)
    install(store, payload | {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"})
    assert store.composite(NOW, 86_400) == [(0, 6.0), (60, 32.0), (86_400 - 3600, 6.0)]


def test_a_time_without_a_zone_is_utc() -> None:
    store = ProfileStore()
    install(store, profile("TxDefaultProfile", (0, 6.0), startSchedule="2026-01-15T18:00:10"))
    assert [limit(store, second) for second in (9, 10)] == [32.0, 6.0]
