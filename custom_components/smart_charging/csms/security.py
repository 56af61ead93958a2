"""How secure a connection is, and how secure it has to be."""

from collections.abc import Container
from dataclasses import dataclass, field
from enum import IntEnum


class SecurityProfile(IntEnum):
    """OCPP's security profiles (2.0.1, part 2, A; security whitepaper for 1.6, 2.2), from none at all upwards."""

    NONE = 0
    BASIC = 1
    """HTTP basic authentication, in the clear."""
    TLS = 2
    """The same, encrypted; the csms shows a certificate."""
    CLIENT_CERTIFICATE = 3
    """Encrypted; the station shows a certificate too, and needs no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCertificate:
    """What a station's certificate says, whose chain has been verified already.

    `identity` is what our own authority wrote into it: the identity of the station that asked for it. Others know nothing
    of that, and `common_name` alone has to tell.
    """

    common_name: str
    identity: str | None = None

    def is_of(self, identity: str, serials: Container[str] = frozenset()) -> bool:
        """Whether it belongs to the station of this identity, whose serial numbers may be known.

        OCPP 2.0.1, A00.FR.405 and the whitepaper's requirement of that number: the common name is the station's serial
        number. Most stations, and most who make certificates by hand, write the identity there.
        """
        if self.identity is not None:
            return self.identity == identity
        return self.common_name == identity or self.common_name in serials


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The connection that a request came by. `certificate` is the station's, where it showed one that holds."""

    encrypted: bool = False
    certificate: StationCertificate | None = None


PLAIN = Wire()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a station has to bring to be let in; what the fields mean is told at `Admission.add_known`."""

    key: str | None = field(default=None, repr=False)
    previous_key: str | None = field(default=None, repr=False)
    profile: SecurityProfile = SecurityProfile.NONE
