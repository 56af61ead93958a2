"""How large `bench/chargers.py` is; its test makes it small."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargersSize:
    """So many chargers, asked for so long."""

    chargers: int = 30
    warm_up_s: float = 5.0
    seconds: float = 60.0
