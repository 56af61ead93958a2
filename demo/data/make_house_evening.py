"""Make `house_evening.csv`: three hours around the evening peak of a 9 kVA single-phase house, a line a minute.

Invented, not measured: a base of 350 W with a fridge's cycle, electric heating that follows a thermostat, and the
appliances of an evening at their usual ratings (kettle 2.2 kW, oven 2.4 kW thermostat, hob 1.8 kW, washing machine 2.0 kW
while it heats, dishwasher 1.9 kW while it heats, water heater 1.6 kW). Run it again and the same file comes out.

    python demo/data/make_house_evening.py
"""

import random
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 15, 18, 0)  # noqa: DTZ001 traces are in naive local time
MINUTES = 180
LARGEST_W = 7_200
"""What an evening of this house reaches: the thermostats of heating and water heater give way (a French `délesteur`)."""

RUNS: tuple[tuple[str, int, int, int], ...] = (
    # name, first minute, minutes, W
    ("lights and television", 0, 180, 280),
    ("kettle", 14, 3, 2_200),
    ("hob", 35, 28, 1_800),
    ("oven", 40, 45, 2_400),
    ("extractor hood", 35, 40, 150),
    ("washing machine heats", 55, 16, 2_000),
    ("washing machine turns", 71, 49, 250),
    ("kettle again", 92, 3, 2_200),
    ("dishwasher heats", 105, 18, 1_900),
    ("dishwasher rinses", 140, 12, 1_900),
    ("hair dryer", 128, 6, 1_500),
    ("water heater", 150, 30, 1_600),
)
THERMOSTATS = {"oven": (4, 0.65), "hob": (3, 0.7)}
"""Appliances that switch: (minutes of a cycle, share of it that is on). The first cycle stays on: it heats up."""


def load_w(minute: int, chance: random.Random) -> int:
    """The house's load in one minute."""
    watts = 350 + (90 if minute % 40 < 14 else 0) + (1_100 if minute % 22 < 12 else 0)
    for name, first, length, rating_w in RUNS:
        if first <= minute < first + length:
            cycle, share = THERMOSTATS.get(name, (1, 1.0))
            age = minute - first
            if age < 2 * cycle or age % cycle < cycle * share:
                watts += rating_w
    return min(LARGEST_W, round(watts * chance.gauss(1.0, 0.02)))


def main(folder: Path = Path(__file__).parent) -> None:
    """Write the file, beside this program if nothing else is said."""
    chance = random.Random("house evening")
    lines = ["time,house_w"]
    for minute in range(MINUTES):
        when = START + timedelta(minutes=minute)
        lines += [f"{when:%Y-%m-%dT%H:%M},{load_w(minute, chance)}"]
    (folder / "house_evening.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
