"""Id tokens and verdicts in the words of OCPP 2.0.1 and 2.1."""

from typing import Final

from ..authorization import Authorization, IdToken
from ..fields import Fields
from ..frames import Payload
from ..timestamps import format_timestamp

_LONGEST: Final = 255  # OCPP 2.1; 36 in 2.0.1


def read_id_token(fields: Fields) -> IdToken:
    """What was shown; an empty text for nothing."""
    return IdToken(text=fields.text("idToken", longest=_LONGEST), kind=fields.text("type"))


def id_token_info(verdict: Authorization) -> Payload:
    """A verdict, as the station is told it."""
    info: Payload = {"status": verdict.status.value}
    if verdict.expires_at is not None:
        info["cacheExpiryDateTime"] = format_timestamp(verdict.expires_at)
    if verdict.group is not None:
        info["groupIdToken"] = {"idToken": verdict.group, "type": "Central"}
    return info
