"""A lifecycle as a diagram: one SVG element, made from the table of the contract.

`lifecycle` reads the table, `cards` and `graph` make boxes and edges of it, `layout` places them,
and `svg` draws them.

Colors follow the page: text has the color of the page's text, lines a lighter one, links to rules
that of the page's links; the accent follows `color-scheme`. Forced colors of the system apply. A
stylesheet may set these properties on any element around the diagram:

| property | of |
| --- | --- |
| `--lifecycle-ink`, `--lifecycle-muted` | text: names and statuses, and explanations |
| `--lifecycle-accent` | operations that lead to another state; the ring around a focused link |
| `--lifecycle-line` | arrows, dots and signs |
| `--lifecycle-state-fill`, `--lifecycle-state-border`, `--lifecycle-rule` | cards of states |
| `--lifecycle-label-fill` | labels of operations |
| `--lifecycle-font`, `--lifecycle-code-font` | fonts, at most as wide as DejaVu Sans and SF Mono |

On a narrow page a diagram shrinks by at most a seventh; the element around it should scroll
(`overflow-x: auto`).
"""

from collections.abc import Callable
from functools import partial

from session_contracts.diagram import captions
from session_contracts.diagram.cards import asides, legend
from session_contracts.diagram.graph import graph
from session_contracts.diagram.layout import lay_out
from session_contracts.diagram.links import Links
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
    links = Links(contract, rule_url, operation_url)
    made = graph(table, links)
    below = partial(asides, table, links), partial(legend, table, made.signs, links)
    picture = lay_out(made, *below)
    return draw(
        picture,
        f"{contract.name}-{table.name}".lower(),
        captions.title(table, contract.title),
        captions.description(table),
    )
