"""Off-peak: whether electricity is cheap now."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OffPeak:
    """What is known of the hours in which a car should charge when no plan says more."""

    cheap: bool
    changes_at: datetime | None = None
    """When that changes, UTC; None where nobody knows."""
