"""Protection: the device that cuts a circuit off when it carries too much for too long."""

from dataclasses import dataclass
from enum import StrEnum


class ProtectionKind(StrEnum):
    """The devices whose behaviour is known; `control/protection.py` says how each is modelled, and from which source."""

    BREAKER_B = "breaker_b"
    """Miniature circuit breaker, IEC 60898-1, curve B."""
    BREAKER_C = "breaker_c"
    BREAKER_D = "breaker_d"
    FUSE_GG = "fuse_gg"
    """Cut-out fuse, gG."""
    LINKY = "linky"
    """The French meter, on the power subscribed in kVA."""
    METER_ITALY = "meter_italy"
    """The Italian meter, on the contract in kW."""
    METER_SPAIN = "meter_spain"
    PLAIN = "plain"
    """A limit with an allowed overshoot for an allowed time, as a contract may put it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """`overshoot` (a multiple of the limit, above 1) for `overshoot_s` seconds describes `PLAIN`, and only that."""

    kind: ProtectionKind
    overshoot: float = 1.1
    overshoot_s: float = 60.0
