"""`session-contracts prove`: mutation testing of the suite."""

import sys

import click

from session_contracts.commands.user_errors import known_api, says_what_to_do
from session_contracts.prove import prove as run_prove


@click.command()
@click.argument("api")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Prove only this rule.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="Number of worker processes.",
)
@click.option(
    "--max-examples",
    default=10,
    show_default=True,
    type=click.IntRange(min=1),
    help="Examples of each Hypothesis and Schemathesis test.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of Hypothesis and Schemathesis.")
@says_what_to_do
def prove(api: str, rules: tuple[str, ...], workers: int, max_examples: int, seed: int) -> None:
    r"""Break each rule of the mock in turn; the suite must notice.

    Verifies the unbroken mock, one mutant for each rule, and three strawman servers. Exits 0 if the
    unbroken mock conforms, each mutant is killed by its own rule, and all strawmen fail; else 1.

    \b
    killed                  the broken rule failed
    survived                no rule failed
    killed by another rule  other rules failed, not the broken one
    equivalent              the mutant changed no answer
    no mutant               nothing breaks the rule
    """
    known_api(api)
    sys.exit(
        run_prove(
            api, rules, workers=workers, max_examples=max_examples, seed=seed, show=click.echo
        )
    )
