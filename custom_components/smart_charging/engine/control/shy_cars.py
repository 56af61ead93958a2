"""Shy cars: those that are better not switched between one and three phases while they are plugged in, by what is reported.

Data, each with its source. A car is left alone on what somebody has seen, not on what is proven: to leave out a switch
costs some sun, and a wrong one may cost an on-board charger. Years, where given, are those of the report.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ShyCar:
    """`model` is matched as the beginning of a word of what a car is called; `why` and `source` say what was seen, and where."""

    maker: str
    model: str
    why: str
    source: str


_KONA: Final = (
    "With the 11 kW on-board charger built before November 2020 a switch from three phases to one can short-circuit two of "
    "them in the car: fuses blow, chargers and cars were damaged. New software mends it."
)
_KONA_SOURCE: Final = (
    "https://www.elbilgrossisten.no/en/pages/ladeutfordringer-med-kia-e-niro-kia-e-soul-hyundai-kona-2020"
)

SHY_CARS: Final = (
    ShyCar(maker="Hyundai", model="Kona", why=_KONA, source=_KONA_SOURCE),
    ShyCar(maker="Kia", model="Niro", why=_KONA, source=_KONA_SOURCE),
    ShyCar(maker="Kia", model="e-Niro", why=_KONA, source=_KONA_SOURCE),
    ShyCar(maker="Kia", model="Soul", why=_KONA, source=_KONA_SOURCE),
    ShyCar(maker="Kia", model="e-Soul", why=_KONA, source=_KONA_SOURCE),
    ShyCar(
        maker="Renault",
        model="Twingo",
        why="It stops charging when the phases change while it is plugged in.",
        source="https://github.com/evcc-io/evcc/issues/10415",
    ),
    ShyCar(
        maker="Renault",
        model="Zoe",
        why="Switches to three phases fail again and again, at the same charger where other cars do well.",
        source="https://github.com/openWB/core/issues/3498",
    ),
    ShyCar(
        maker="Opel",
        model="Corsa",
        why="The Corsa-e blocks after a switch.",
        source="https://github.com/evcc-io/evcc/issues/5163",
    ),
    ShyCar(
        maker="BMW",
        model="iX3",
        why="It stays on one phase until it was unplugged.",
        source="https://github.com/evcc-io/evcc/issues/22002",
    ),
    ShyCar(
        maker="Audi",
        model="e-tron",
        why="Often it takes the charge for complete after a switch, and goes on only after it was unplugged.",
        source="https://github.com/goecharger/go-eCharger-API-v2/issues/144",
    ),
    ShyCar(
        maker="Volkswagen",
        model="e-Golf",
        why="Often it charges no more after several switches, until it was unplugged.",
        source="https://github.com/evcc-io/evcc/issues/3543",
    ),
)


def find_shy_car(maker: str, model: str) -> ShyCar | None:
    """Find a car in the list by what its integration calls it; None: it may be switched."""
    maker_words, model_words = maker.casefold().split(), model.casefold().split()
    for car in SHY_CARS:
        known = car.maker.casefold()
        if known not in maker_words and known not in model_words:
            continue
        if any(word.startswith(car.model.casefold()) for word in model_words):
            return car
    return None
