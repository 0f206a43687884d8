"""`session-contracts prove`: can the suite fail?"""

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
    help="Mutant only this rule; may be given again.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="Proofs at the same time.",
)
@click.option(
    "--max-examples",
    default=10,
    show_default=True,
    type=click.IntRange(min=1),
    help="Of each search.",
)
@click.option("--seed", default=0, show_default=True, help="Of the searches.")
@says_what_to_do
def prove(api: str, rules: tuple[str, ...], workers: int, max_examples: int, seed: int) -> None:
    """Mutant each rule of the mock in turn, and see that the suite finds exactly that."""
    known_api(api)
    sys.exit(
        run_prove(
            api, rules, workers=workers, max_examples=max_examples, seed=seed, show=click.echo
        )
    )
