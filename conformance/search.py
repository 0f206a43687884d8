"""How Hypothesis searches: without a deadline, without a memory, and for one thing at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings


@dataclass(frozen=True)
class Search:
    """How many examples, from which seed on, and whether what is found is made as short as it can be."""

    examples: int
    seed: int
    shrink: bool

    def settings(self, steps: int = 50) -> settings:
        """`steps` are those of one walk."""
        return settings(
            max_examples=self.examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            verbosity=Verbosity.quiet,
            phases=(Phase.generate, Phase.shrink) if self.shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )

    def over(self, law: Callable[..., Any]) -> Callable[..., Any]:
        """Decorates what `given` has decorated."""
        return seed(self.seed)(self.settings()(law))
