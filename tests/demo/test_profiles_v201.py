from datetime import timedelta
from typing import Any

import pytest

from demo.outlet import Transaction
from demo.profiles import MAXIMUM_PERIODS, MAXIMUM_PROFILES, MAXIMUM_STACK_LEVEL, ProfileStore
from demo.profiles_v201 import RejectedError, clear, install

from .test_profiles import NOW, at

RUNNING = Transaction(start=NOW, meter_start_wh=0, id_tag="", id="T1")


def profile(purpose: str, limit_a: float, number: int = 1, stack: int = 0, **more: Any) -> dict[str, Any]:
    """Absolute from `NOW` on, unless `startSchedule` says otherwise; None leaves it out."""
    schedule: dict[str, Any] = {
        "id": number,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": more.pop("periods", [{"startPeriod": 0, "limit": limit_a}]),
        "startSchedule": more.pop("startSchedule", at(0)),
    }
    if schedule["startSchedule"] is None:
        del schedule["startSchedule"]
    if "duration" in more:
        schedule["duration"] = more.pop("duration")
    if purpose == "TxProfile":
        more = {"transactionId": "T1"} | more
    return {
        "id": number,
        "stackLevel": stack,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
    } | {key: value for key, value in more.items() if value is not None}


def relative(purpose: str, limit_a: float, number: int = 1, **more: Any) -> dict[str, Any]:
    return profile(purpose, limit_a, number, chargingProfileKind="Relative", startSchedule=None, **more)


def limits(store: ProfileStore, *seconds: float) -> list[float]:
    moments = (NOW + timedelta(seconds=second) for second in seconds)
    return [store.limit_a(moment, transaction_start=NOW, phases=1) for moment in moments]


def test_a_setpoint_holds_for_its_duration_above_a_failsafe_and_below_a_maximum() -> None:
    store = ProfileStore()
    install(store, 1, relative("TxDefaultProfile", 6.0, 1), None)
    install(store, 0, profile("ChargingStationMaxProfile", 25.0, 2), None)
    install(store, 1, profile("TxProfile", 30.0, 3, duration=60), RUNNING)
    assert limits(store, 0, 59, 60, 3600) == [25.0, 25.0, 6.0, 6.0]


def test_the_same_id_replaces_and_nothing_else_does() -> None:
    store = ProfileStore()
    install(store, 1, profile("TxProfile", 10.0, 3), RUNNING)
    install(store, 1, profile("TxProfile", 16.0, 3), RUNNING)
    assert limits(store, 0) == [16.0]
    with pytest.raises(RejectedError) as rejected:
        install(store, 1, profile("TxProfile", 6.0, 4), RUNNING)
    assert rejected.value.code == "DuplicateProfile"
    install(store, 1, profile("TxProfile", 8.0, 4, stack=1), RUNNING)
    assert limits(store, 0) == [8.0]


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        ({"validTo": at(10)}, {"validFrom": at(10)}, True),
        ({"validFrom": at(10)}, {"validTo": at(10)}, True),
        ({"validTo": at(11)}, {"validFrom": at(10)}, False),
        ({}, {"validFrom": at(10)}, False),
    ],
)
def test_two_of_one_level_stand_side_by_side_where_they_never_meet(
    first: dict[str, Any], second: dict[str, Any], stands: bool
) -> None:
    store = ProfileStore()
    install(store, 1, profile("TxDefaultProfile", 6.0, 1, **first), None)
    if stands:
        install(store, 1, profile("TxDefaultProfile", 10.0, 2, **second), None)
    else:
        with pytest.raises(RejectedError):
            install(store, 1, profile("TxDefaultProfile", 10.0, 2, **second), None)


MANY = [{"startPeriod": second, "limit": 6} for second in range(MAXIMUM_PERIODS + 1)]
TWICE = [{"startPeriod": 0, "limit": 6}, {"startPeriod": 0, "limit": 8}]


@pytest.mark.parametrize(
    ("payload", "evse", "code"),
    [
        (profile("TxDefaultProfile", 6.0), 2, "UnknownEvse"),
        (profile("ChargingStationMaxProfile", 6.0), 1, "InvalidValue"),
        (relative("ChargingStationMaxProfile", 6.0), 0, "InvalidProfile"),
        (profile("TxProfile", 6.0), 0, "InvalidValue"),
        (profile("TxProfile", 6.0, transactionId=None), 1, "MissingParam"),
        (profile("TxProfile", 6.0, transactionId="T0"), 1, "TxNotFound"),
        (profile("TxDefaultProfile", 6.0, stack=MAXIMUM_STACK_LEVEL + 1), 1, "InvalidStackLevel"),
        (profile("TxDefaultProfile", 6.0, startSchedule=None), 1, "InvalidSchedule"),
        (profile("TxDefaultProfile", 6.0, chargingProfileKind="Relative"), 1, "InvalidSchedule"),
        (profile("TxDefaultProfile", 6.0, periods=[{"startPeriod": 5, "limit": 6}]), 1, "InvalidSchedule"),
        (profile("TxDefaultProfile", 6.0, periods=[]), 1, "InvalidSchedule"),
        (profile("TxDefaultProfile", 6.0, periods=MANY), 1, "InvalidSchedule"),
        (profile("TxDefaultProfile", 6.0, periods=TWICE), 1, "InvalidSchedule"),
        (profile("TxDefaultProfile", -1.0), 1, "InvalidValue"),
        (profile("TxDefaultProfile", 6.0, chargingProfileKind="Dynamic"), 1, "InvalidProfile"),
        (profile("PriorityCharging", 6.0), 1, "InvalidProfile"),
        ({}, 1, "InvalidProfile"),
    ],
)
def test_what_breaks_a_rule_is_rejected_with_a_reason(payload: dict[str, Any], evse: int, code: str) -> None:
    store = ProfileStore()
    with pytest.raises(RejectedError) as rejected:
        install(store, evse, payload, RUNNING)
    assert rejected.value.code == code
    assert store.profiles == []


def test_there_is_no_tx_profile_without_a_transaction() -> None:
    with pytest.raises(RejectedError) as rejected:
        install(ProfileStore(), 1, profile("TxProfile", 6.0), None)
    assert rejected.value.code == "TxNotFound"


def test_a_store_is_full_at_some_time() -> None:
    store = ProfileStore()
    for number in range(MAXIMUM_PROFILES):
        install(store, number % 2, profile("TxDefaultProfile", 6.0, number, stack=number // 2), None)
    with pytest.raises(RejectedError) as rejected:
        install(store, 1, profile("TxProfile", 6.0, 99), RUNNING)
    assert rejected.value.code == "OutOfStorage"


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        ({"chargingProfileId": 1}, [2, 3]),
        ({"chargingProfileId": 9}, [1, 2, 3]),
        ({}, []),
        ({"chargingProfileCriteria": {"chargingProfilePurpose": "TxDefaultProfile"}}, [3]),
        ({"chargingProfileCriteria": {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 4}}, [1, 3]),
        ({"chargingProfileCriteria": {"chargingProfilePurpose": "ChargingStationExternalConstraints"}}, [1, 2, 3]),
        ({"chargingProfileCriteria": {"evseId": 0}}, [2, 3]),
    ],
)
def test_profiles_are_cleared_by_what_is_named(request_: dict[str, Any], left: list[int]) -> None:
    store = ProfileStore()
    install(store, 0, profile("TxDefaultProfile", 6.0, 1), None)
    install(store, 1, profile("TxDefaultProfile", 6.0, 2, stack=4), None)
    install(store, 1, profile("TxProfile", 6.0, 3), RUNNING)
    assert clear(store, request_) == 3 - len(left)
    assert [held.id for held in store.profiles] == left


@pytest.mark.parametrize("forgotten", [True, False])
def test_a_profile_runs_out_offline_and_comes_back_unless_it_is_to_be_forgotten(forgotten: bool) -> None:
    store = ProfileStore()
    install(store, 1, relative("TxDefaultProfile", 6.0, 1), None)
    held = profile("TxProfile", 16.0, 2, maxOfflineDuration=60, invalidAfterOfflineDuration=forgotten)
    install(store, 1, held, RUNNING)
    store.went_offline(NOW + timedelta(seconds=100))
    store.went_offline(NOW + timedelta(seconds=150))
    assert limits(store, 100, 159, 160, 400) == [16.0, 16.0, 6.0, 6.0]
    assert store.composite(NOW + timedelta(seconds=120), 600, transaction_start=NOW) == [(0, 16.0), (40, 6.0)]
    store.came_online(NOW + timedelta(seconds=200))
    assert limits(store, 200) == [6.0 if forgotten else 16.0]


def test_a_short_time_offline_forgets_nothing() -> None:
    store = ProfileStore()
    install(store, 1, profile("TxProfile", 16.0, 2, maxOfflineDuration=60, invalidAfterOfflineDuration=True), RUNNING)
    store.went_offline(NOW)
    store.came_online(NOW + timedelta(seconds=59))
    assert limits(store, 3600) == [16.0]
