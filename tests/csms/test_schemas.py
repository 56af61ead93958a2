"""The judge of messages: it knows the versions apart, and what they forbid."""

import pytest

from custom_components.smart_charging.csms.versions import Version

from .schemas import check, faults

PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.3}]},
}


@pytest.mark.parametrize("version", Version)
def test_a_reset_differs_between_versions(version: Version) -> None:
    old, new = {"type": "Soft"}, {"type": "OnIdle", "evseId": 1}
    assert bool(faults(version, "Reset", old)) is (version is not Version.V16)
    assert bool(faults(version, "Reset", new)) is (version is Version.V16)


def test_answers_have_their_own_shape() -> None:
    check(Version.V16, "Reset", {"status": "Accepted"}, answer=True)
    assert faults(Version.V16, "Reset", {"status": "Scheduled"}, answer=True)


@pytest.mark.parametrize(("limit", "fits"), [(16.3, True), (0, True), (16.35, False), ("16", False)])
def test_limits_have_steps(limit: object, *, fits: bool) -> None:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    payload = {"connectorId": 1, "csChargingProfiles": PROFILE | {"chargingSchedule": schedule}}
    assert (faults(Version.V16, "SetChargingProfile", payload) == []) is fits


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        ({"location": "/log"}, "GetDiagnostics.location: '/log' is not a 'uri'"),
        ({"location": "http://a/", "startTime": "2026-06-01T10:00:00"}, "is not a 'date-time'"),
        ({"location": "http://a/", "startTime": "soon"}, "is not a 'date-time'"),
        ({"location": 1}, "is not of type 'string'"),
        ({"location": "http://a/", "kind": "all"}, "Additional properties are not allowed"),
    ],
)
def test_what_is_wrong_is_said(payload: object, fault: str) -> None:
    assert fault in faults(Version.V16, "GetDiagnostics", payload)[0]


def test_a_version_without_the_call_has_no_schema() -> None:
    with pytest.raises(FileNotFoundError):
        faults(Version.V16, "SetDisplayMessage", {})
