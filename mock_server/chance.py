"""A world's random numbers.

Their state is (seed, number of draws), so a world can be forked and exported, and a run is
reproducible.
"""

import uuid
from collections import Counter
from collections.abc import Mapping
from random import Random


class Chance:
    """Random numbers for several purposes, each an independent sequence."""

    def __init__(self, seed: int, drawn: Mapping[str, int] | None = None) -> None:
        self.seed = seed
        self.drawn: Counter[str] = Counter(drawn)

    def draw(self, purpose: str) -> Random:
        """The numbers of the next draw for this purpose."""
        self.drawn[purpose] += 1
        return Random(f"{purpose} {self.seed} {self.drawn[purpose]}")

    def uuid(self) -> str:
        """The next id."""
        return str(uuid.UUID(int=self.draw(IDS).getrandbits(128), version=4))

    def fork(self) -> "Chance":
        """A copy that draws the same numbers from here on."""
        return Chance(self.seed, self.drawn)


#: Purposes.
IDS = "ids"
CHOICES = "choices"
SECRETS = "secrets"
FAULTS = "faults"
