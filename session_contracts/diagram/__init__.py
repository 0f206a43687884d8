"""A lifecycle as a picture: one SVG element, made from the table of the contract.

Its colors follow the page: the text has that of the page's text, and so has, lighter, all that is drawn; what leads to a rule has that of
the page's links; the accent follows the page's `color-scheme`. Where the system forces its own colors, all of it has those. A stylesheet
may set any of these properties, on any element around the picture:

| property | of |
| --- | --- |
| `--lifecycle-ink`, `--lifecycle-muted` | text: names and statuses, and what explains them |
| `--lifecycle-accent` | operations that lead to another state, and the ring around a focused link |
| `--lifecycle-line` | arrows, dots and signs |
| `--lifecycle-state-fill`, `--lifecycle-state-border`, `--lifecycle-rule` | a state's card, its frame, and the rules in it |
| `--lifecycle-label-fill` | what is behind an operation |
| `--lifecycle-font`, `--lifecycle-code-font` | fonts; one wider than DejaVu Sans, or than San Francisco Mono, leaves its frame |

On a narrow page a picture becomes smaller by a seventh at most; what is around it should scroll: `overflow-x: auto`.
"""

from collections.abc import Callable
from functools import partial

from session_contracts.diagram import words
from session_contracts.diagram.cards import asides, legend
from session_contracts.diagram.graph import graph
from session_contracts.diagram.layout import lay_out
from session_contracts.diagram.pages import Pages
from session_contracts.diagram.svg import draw
from session_contracts.openapi.model import Contract, Lifecycle

__all__ = ["lifecycle_svg"]


def lifecycle_svg(
    contract: Contract,
    table: Lifecycle,
    rule_url: Callable[[str], str],
    operation_url: Callable[[str], str],
) -> str:
    """The lifecycle as one SVG element (no XML prolog), to be put inline into an HTML page."""
    pages = Pages(contract, rule_url, operation_url)
    made = graph(table, pages)
    picture = lay_out(
        made, partial(asides, table, pages), partial(legend, table, made.signs, pages)
    )
    return draw(
        picture,
        f"{contract.name}-{table.name}".lower(),
        words.title(table, contract.title),
        words.description(table),
    )
