"""What a valid operator is, to whom a charger is handed on."""

from ...const import (
    CONF_OPERATOR,
    CONF_OPERATOR_AUTHORITY,
    CONF_OPERATOR_DECIDES,
    CONF_OPERATOR_IDENTITY,
    CONF_OPERATOR_KEY,
    CONF_OPERATOR_UPDATES,
    CONF_OPERATOR_URL,
)
from ...csms.relay.target import RelayTarget
from .fields import Data, Errors


def operator_errors(charger: Data) -> Errors:
    """Judge a charger's operator; none at all is as good."""
    operator = charger.get(CONF_OPERATOR)
    if operator is None:
        return {}
    if not _is_operator(operator.get(CONF_OPERATOR_URL), "any"):
        return {CONF_OPERATOR_URL: "operator_address_invalid"}
    if not _is_operator("ws://any", operator.get(CONF_OPERATOR_IDENTITY)):
        return {CONF_OPERATOR_IDENTITY: "operator_identity_missing"}
    if not _is_operator("ws://any", "any", operator.get(CONF_OPERATOR_AUTHORITY)):
        return {CONF_OPERATOR_AUTHORITY: "operator_authority_invalid"}
    return {}


def operator_target(charger: Data) -> RelayTarget | None:
    """Where a charger with a valid operator is handed on to; None where it has none."""
    operator = charger.get(CONF_OPERATOR)
    if operator is None:
        return None
    return RelayTarget(
        url=operator[CONF_OPERATOR_URL],
        identity=operator[CONF_OPERATOR_IDENTITY],
        key=operator.get(CONF_OPERATOR_KEY),
        decides=bool(operator.get(CONF_OPERATOR_DECIDES)),
        updates=bool(operator.get(CONF_OPERATOR_UPDATES)),
        authority_pem=operator.get(CONF_OPERATOR_AUTHORITY),
    )


def _is_operator(url: object, identity: object, authority: object = None) -> bool:
    if not isinstance(url, str) or not isinstance(identity, str) or not isinstance(authority, str | None):
        return False
    try:
        RelayTarget(url=url, identity=identity, authority_pem=authority)
    except ValueError:
        return False
    return True
