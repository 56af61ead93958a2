"""Charging profiles in the words of OCPP 1.6."""

from datetime import datetime
from typing import Any, override

from ..frames import Payload
from ..profiles import DEFAULT_PROFILE, MAXIMUM_PROFILE, LiveLimit, Profiles, maximum_schedule
from ..rate import Rate
from ..timestamps import StationClock


class V16Profiles(Profiles):
    """Writes profiles as OCPP 1.6 has them (7.8 ChargingProfile)."""

    @override
    def live(self, limit: LiveLimit) -> Payload:
        profile: dict[str, Any] = {
            "chargingProfileId": limit.profile_id,
            "stackLevel": limit.stack_level,
            "chargingProfilePurpose": "TxDefaultProfile" if limit.by_default else "TxProfile",
            "chargingProfileKind": limit.kind,
            "chargingSchedule": limit.schedule,
        }
        if not limit.by_default:
            profile["transactionId"] = int(limit.transaction.name)
        if limit.valid_to is not None:
            profile["validTo"] = limit.valid_to
        return {"connectorId": limit.transaction.connector_id, "csChargingProfiles": profile}

    @override
    def default(self, connector_id: int, stack_level: int, rate: Rate) -> Payload:
        return {
            "connectorId": connector_id,
            "csChargingProfiles": {
                "chargingProfileId": DEFAULT_PROFILE + connector_id,
                "stackLevel": stack_level,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": rate.schedule,
            },
        }

    @override
    def maximum(self, stack_level: int, rate: Rate, now: datetime, clock: StationClock) -> Payload:
        return {
            "connectorId": 0,
            "csChargingProfiles": {
                "chargingProfileId": MAXIMUM_PROFILE,
                "stackLevel": stack_level,
                "chargingProfilePurpose": "ChargePointMaxProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": maximum_schedule(rate, now, clock),
            },
        }

    @override
    def clearing(self, profile_id: int) -> Payload:
        return {"id": profile_id}
