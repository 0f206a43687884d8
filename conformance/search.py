"""How Hypothesis searches: reproducibly, without a deadline, for one failure at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings


@dataclass(frozen=True)
class Search:
    """How many examples, from which seed, and whether a failing one is shrunk."""

    examples: int
    seed: int
    shrink: bool

    def settings(self, steps: int = 50) -> settings:
        """The settings of Hypothesis; `steps` are those of one stateful example."""
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

    def over(self, test: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function that `given` has decorated."""
        return seed(self.seed)(self.settings()(test))
