"""`session-contracts prove`: mutation testing of the suite."""

import sys

import click

from session_contracts.commands.epilogs import block, epilog, exit_codes
from session_contracts.commands.user_errors import check_api, handle_user_errors
from session_contracts.prove import prove as run_prove

_STATUSES = (
    "killed                  the broken rule failed",
    "survived                no rule failed, although an answer changed",
    "killed by another rule  other rules failed, not the broken one",
    "equivalent              no rule failed, and the mutant changed no answer",
    "no mutant               nothing breaks the rule",
)
_EXIT_CODES = {
    0: "proven: every mutant killed, every strawman failed",
    1: "not proven",
}


@click.command(epilog=epilog(block("Mutants", _STATUSES), exit_codes(_EXIT_CODES)))
@click.argument("api")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Prove only this rule. Repeatable.",
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
@handle_user_errors
def prove(api: str, rules: tuple[str, ...], workers: int, max_examples: int, seed: int) -> None:
    """Test the suite by mutation: break each rule of the mock in turn.

    Verifies the unbroken mock, which must conform; one mutant for each rule, which that rule must
    kill; and three strawman servers, which must fail.
    """
    check_api(api)
    sys.exit(
        run_prove(
            api, rules, workers=workers, max_examples=max_examples, seed=seed, show=click.echo
        )
    )
