"""A lifecycle as a picture: one SVG element, made from the table of the contract."""

from collections.abc import Callable
from functools import partial

from openapi.model import Contract, Lifecycle
from session_contracts.diagram import words
from session_contracts.diagram.cards import asides, legend
from session_contracts.diagram.graph import graph
from session_contracts.diagram.layout import lay_out
from session_contracts.diagram.pages import Pages
from session_contracts.diagram.svg import draw

__all__ = ["lifecycle_svg"]


def lifecycle_svg(contract: Contract, table: Lifecycle, rule_url: Callable[[str], str], operation_url: Callable[[str], str]) -> str:
    """The lifecycle as one SVG element (no XML prolog), to be put inline into an HTML page."""
    pages = Pages(contract, rule_url, operation_url)
    made = graph(table, pages)
    picture = lay_out(made, partial(asides, table, pages), partial(legend, table, made.signs))
    return draw(picture, f"{contract.name}-{table.name}".lower(), words.title(table, contract.title), words.description(table))
