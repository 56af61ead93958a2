"""The window of measured power that runs, and how high it may become."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakWatch:
    """From `starts` to `ends`, UTC; `used_kwh` were imported of it so far.

    Up to a mean of `target_kw`, as the meter measures it, it costs no more than what is billed already, or was planned.
    """

    starts: datetime
    ends: datetime
    used_kwh: float
    target_kw: float
