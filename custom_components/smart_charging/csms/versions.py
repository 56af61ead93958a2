"""Which versions of OCPP are spoken, and how a station and the csms agree on one."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import NegotiationError
from websockets.typing import Subprotocol


class Version(StrEnum):
    """A version of OCPP, as people write it."""

    V16 = "1.6"
    V201 = "2.0.1"
    V21 = "2.1"


# The registered names of the subprotocols; some stations write them in capitals, or with something behind.
_SUBPROTOCOLS: Final = {f"ocpp{version}": version for version in Version}


def version_of(subprotocol: str | None) -> Version | None:
    """The version that a subprotocol names; None where it names none that is spoken here, or there is none."""
    word = (subprotocol or "").strip().lower()
    return next((version for name, version in _SUBPROTOCOLS.items() if word.startswith(name)), None)


def select_subprotocol(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The first that is spoken here, as the station spells it: stations offer what they like best first.

    None where none is offered, as some do (lbbrhzn/ocpp#899). Stations that offer other versions only are refused
    (HTTP 400): they would not understand a word.
    """
    if not offered:
        return None
    for subprotocol in offered:
        if version_of(subprotocol) is not None:
            return subprotocol
    raise NegotiationError(f"invalid subprotocol; expected one of {', '.join(_SUBPROTOCOLS)}")
