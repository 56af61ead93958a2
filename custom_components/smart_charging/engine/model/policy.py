"""How the site wants to be controlled."""

from dataclasses import dataclass, field

from .solar import SolarPolicy
from .strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPolicy:
    """Times in s, currents in A. None of them can delay a reduction."""

    stale_after_s: float = 10.0
    """A meter that was silent for longer is unknown. Ten periods of a one-second meter."""
    margin_a: float = 0.0
    """Kept free below every limit, per phase: for a meter that measures W, blind to reactive current, where a fuse
    counts A."""
    rise_delay_s: float = 10.0
    """Room must have been there for this long before a running car gets a little more: the meter's period, and the 5 s
    that a car may take to follow (IEC 61851-1), twice."""
    rise_least_s: float = 2.0
    """The shortest wait, for a large rise: two readings of a meter that speaks each second."""
    rise_worth_as: float = 5.0
    """Ampere-seconds that may be lost by waiting: between the two times above a rise waits for so much over its size."""
    regret_s: float = 12.0
    """A rise that has to be taken back within this time was a mistake: an appliance pulses. The next one waits twice as long."""
    regret_pause_s: float = 60.0
    """As `regret_s`, for a start that ends in a pause: contactors wear."""
    regret_fades_s: float = 120.0
    """A mistake is forgotten after this long, one after another."""
    resume_delay_s: float = 15.0
    """Room must have been there for this long before a paused car starts again."""
    rise_step_a: float = 0.5
    """A rise smaller than this is not worth a command, unless it reaches what the car wants."""
    resume_room_a: float = 0.5
    """Room above its minimum that a paused charger waits for, so that it is not paused again at once; what other chargers
    have beyond their own minimums counts, since they give that up first."""
    follow_s: float = 6.0
    """A car follows a new offer within this time: IEC 61851-1 gives it 5 s, and meters answer each second."""
    ramp_a_per_s: float = 1.0
    """How fast a car that draws less than it is offered is expected to come up by itself."""
    measured_max_age_s: float = 90.0
    """A charger's own measurement that is older tells nothing. Stations report each 5 to 60 s."""
    idle_after_s: float = 120.0
    """A connected car that does not draw for this long is offered its minimum only, until it draws."""
    blind_rise_s: float = 300.0
    """After this long without a meter a charger that was held below its failsafe current is given that."""
    strategy: Strategy = Strategy.EQUAL
    """How the chargers share what is left when all have their minimum."""
    ride_out: bool = False
    """Whether an overload that the protection certainly bears may be ridden out for a moment."""
    turn_s: float = 1800.0
    """Where not all minimums fit, a car charges for this long before the next one has its turn; half an hour bounds the starts."""
    start_spacing_s: float = 5.0
    """Between two starts of chargers or loads: never all at once after an outage."""
    load_delay_s: float = 60.0
    """An appliance gives way to a charger when it has been in its way for this long, and comes back when it has not."""
    load_spacing_s: float = 30.0
    """Between two appliances that come back: what one takes has to be seen first."""
    solar: SolarPolicy = field(default_factory=SolarPolicy)
