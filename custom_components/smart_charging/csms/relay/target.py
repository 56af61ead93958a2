"""An operator's csms, and how we come before it."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from ..certificates import CertificateUnusable, ends_at

_SCHEMES: Final = frozenset({"ws", "wss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayTimes:
    """How patient we are with an operator, in seconds.

    A connection that failed is tried again after `first_pause_s`, doubled each time up to `longest_pause_s`, each with
    a chance part of up to a half less, so that not all stations of a town come back together.
    """

    first_pause_s: float = 5.0
    longest_pause_s: float = 600.0
    open_timeout_s: float = 15.0
    call_timeout_s: float = 30.0
    authorize_timeout_s: float = 5.0
    shortest_heartbeat_s: float = 10.0
    ping_interval_s: float = 30.0
    close_timeout_s: float = 3.0

    def pause_s(self, failures: int, chance: float) -> float:
        """How long to wait after so many failures in a row (at least one); `chance` is from 0 to 1."""
        longest_s = min(self.longest_pause_s, self.first_pause_s * 2.0 ** min(failures - 1, 16))
        return longest_s * (1.0 - chance / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayTarget:
    """Where a station is handed on to. The key is this station's at the operator's, and nobody else's; it is never shown.

    `identity` is the name that the operator knows the station by; it is put behind the address `url` (ws or wss).
    `decides`: the operator decides who may charge; where it does not answer in time, we do. `updates`: it may update
    the firmware and fetch logs. `authority_pem`: whose certificates to trust for wss; without it, whom the system trusts.

    Raises ValueError for an address, an identity or a certificate that is none, with a text that does not repeat it.
    """

    url: str
    identity: str
    key: str | None = field(default=None, repr=False)
    decides: bool = False
    updates: bool = False
    authority_pem: str | None = field(default=None, repr=False)
    times: RelayTimes = RelayTimes()

    def __post_init__(self) -> None:
        """Refuse what could never work."""
        parts = urlsplit(self.url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("the address of an operator begins with ws:// or wss:// and names a host")
        if parts.username is not None or parts.password is not None:
            raise ValueError("the address of an operator holds no name and no password")
        if parts.query or parts.fragment:
            raise ValueError("the address of an operator ends with its path")
        if not self.identity or not self.identity.isprintable():
            raise ValueError("the operator has to know the station by some name")
        if self.authority_pem is not None:
            try:
                ends_at(self.authority_pem)
            except CertificateUnusable as error:
                raise ValueError("the certificate of the operator's authority cannot be read") from error

    @property
    def address(self) -> str:
        """The whole address of this station at the operator's (OCPP-J 1.6, 3.1.1)."""
        return f"{self.url.rstrip('/')}/{quote(self.identity, safe='')}"

    @property
    def encrypted(self) -> bool:
        """Whether it is reached by TLS."""
        return urlsplit(self.url).scheme == "wss"
