"""Whom an operator lets charge, as it said last: asked again once a verdict is old."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from ..authorization import Admittance, Authorization, IdToken
from ..fields import Fields
from ..frames import Payload
from ..timestamps import format_timestamp
from ..v201.id_tokens import read_id_token

_REMEMBERED: Final = 256
# From the card to the transaction that it starts, and to the card again that ends it.
_GOOD_FOR: Final = timedelta(days=1)


class Verdicts:
    """The operator's verdicts, by id token. The card is the station's, so a token is known however its case is written."""

    def __init__(self) -> None:
        self._verdicts: OrderedDict[tuple[str, str], tuple[Authorization, datetime]] = OrderedDict()

    def get(self, token: IdToken, now: datetime) -> Authorization | None:
        """What it said of this token; None where it said nothing that is still good."""
        verdict, said_at = self._verdicts.get(_key(token), (None, now))
        if verdict is None or now - said_at > _GOOD_FOR:
            return None
        if verdict.accepted and verdict.expires_at is not None and verdict.expires_at <= now:
            return Authorization(status=Admittance.EXPIRED, expires_at=verdict.expires_at)
        return verdict

    def put(self, token: IdToken, verdict: Authorization, now: datetime) -> None:
        """Remember what it said."""
        self._verdicts[_key(token)] = verdict, now
        self._verdicts.move_to_end(_key(token))
        if len(self._verdicts) > _REMEMBERED:
            self._verdicts.popitem(last=False)


def _key(token: IdToken) -> tuple[str, str]:
    return token.text.casefold(), token.kind.casefold()


def token_of(payload: Payload) -> IdToken:
    """What was shown, in the words of any version."""
    fields = Fields(payload)
    return IdToken(text=fields.text("idTag")) if fields.text("idTag") else read_id_token(fields.section("idToken"))


def read_verdict(answer: Payload) -> Authorization | None:
    """The verdict in an operator's answer, in the words of any version; None where there is none that is understood.

    OCPP 2.0.1 has more words for no (`NoCredit`, `NotAtThisTime`, …) than all versions share.
    """
    fields = Fields(answer)
    newer = fields.value("idTokenInfo") is not None
    info = fields.section("idTokenInfo" if newer else "idTagInfo")
    word = info.text("status")
    if not word:
        return None
    try:
        status = Admittance(word)
    except ValueError:
        status = Admittance.INVALID
    group = info.section("groupIdToken").text("idToken") if newer else info.text("parentIdTag")
    expires_at = info.moment("cacheExpiryDateTime" if newer else "expiryDate")
    return Authorization(status=status, expires_at=expires_at, group=group or None)


def put_verdict(answer: Payload, verdict: Authorization) -> Payload:
    """Our answer to the station with the operator's verdict in it."""
    newer = "idTokenInfo" in answer
    info: Payload = {"status": verdict.status.value}
    if verdict.expires_at is not None:
        info["cacheExpiryDateTime" if newer else "expiryDate"] = format_timestamp(verdict.expires_at)
    if verdict.group is not None:
        info["groupIdToken" if newer else "parentIdTag"] = (
            {"idToken": verdict.group, "type": "Central"} if newer else verdict.group
        )
    return answer | {"idTokenInfo" if newer else "idTagInfo": info}
