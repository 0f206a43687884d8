"""A world's random numbers: told by its seed and by how many were drawn, so that a world can be forked, exported and repeated."""

import uuid
from collections import Counter
from collections.abc import Mapping
from random import Random


class Chance:
    """Draws for several purposes, each of them a sequence of its own."""

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
        return Chance(self.seed, self.drawn)


#: Purposes.
IDS = "ids"
CHOICES = "choices"
SECRETS = "secrets"
FAULTS = "faults"
