"""How Hypothesis searches: without a deadline, without a memory, and for one thing at a time."""

from hypothesis import HealthCheck, Phase, Verbosity, settings


def profile(max_examples: int, steps: int = 50) -> settings:
    """The settings of every search; `steps` are those of one walk."""
    return settings(
        max_examples=max_examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
