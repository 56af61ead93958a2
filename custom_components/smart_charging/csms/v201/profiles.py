"""Charging profiles in the words of OCPP 2.0.1 and 2.1."""

from datetime import datetime
from typing import Any, override

from ..frames import Payload
from ..profiles import DEFAULT_PROFILE, MAXIMUM_PROFILE, LiveLimit, Profiles, maximum_schedule
from ..rate import Rate
from ..timestamps import StationClock


class V201Profiles(Profiles):
    """Writes profiles as OCPP 2.0.1 has them (ChargingProfileType); a schedule goes by its profile's id.

    In OCPP 2.1 a live limit also ends when the station loses us, where it can (`LiveLimit.names_offline`). Its dynamic
    profiles are not used: an update of one does not renew its life, so that it would take as many messages.
    """

    @override
    def live(self, limit: LiveLimit) -> Payload:
        profile: dict[str, Any] = {
            "id": limit.profile_id,
            "stackLevel": limit.stack_level,
            "chargingProfilePurpose": "TxDefaultProfile" if limit.by_default else "TxProfile",
            "chargingProfileKind": limit.kind,
            "chargingSchedule": [{"id": limit.profile_id} | limit.schedule],
        }
        if not limit.by_default:
            profile["transactionId"] = limit.transaction.name
        if limit.names_offline:
            profile |= {"maxOfflineDuration": limit.valid_s, "invalidAfterOfflineDuration": True}
        return {"evseId": limit.transaction.connector_id, "chargingProfile": profile}

    @override
    def default(self, connector_id: int, stack_level: int, rate: Rate) -> Payload:
        number = DEFAULT_PROFILE + connector_id
        return {
            "evseId": connector_id,
            "chargingProfile": {
                "id": number,
                "stackLevel": stack_level,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": [{"id": number} | rate.schedule],
            },
        }

    @override
    def maximum(self, stack_level: int, rate: Rate, now: datetime, clock: StationClock) -> Payload:
        return {
            "evseId": 0,
            "chargingProfile": {
                "id": MAXIMUM_PROFILE,
                "stackLevel": stack_level,
                "chargingProfilePurpose": "ChargingStationMaxProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [{"id": MAXIMUM_PROFILE} | maximum_schedule(rate, now, clock)],
            },
        }

    @override
    def clearing(self, profile_id: int) -> Payload:
        return {"chargingProfileId": profile_id}
