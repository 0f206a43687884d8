"""A placeholder until the diagrams are merged: the states, and nothing that happens to them."""

from collections.abc import Callable

from markupsafe import escape

from openapi import Contract, Lifecycle


def lifecycle_svg(
    contract: Contract, table: Lifecycle, rule_url: Callable[[str], str], operation_url: Callable[[str], str]
) -> str:
    """An inline SVG."""
    boxes = "".join(
        f'<rect x="{20 + 150 * index}" y="20" width="130" height="40" rx="8" fill="none" stroke="currentColor"/>'
        f'<text x="{85 + 150 * index}" y="45" text-anchor="middle" fill="currentColor" font-size="13">{escape(state)}</text>'
        for index, state in enumerate(table.states)
    )
    width = 20 + 150 * len(table.states)
    title = escape(f"The states of a {table.name} of {contract.title}")
    return f'<svg viewBox="0 0 {width} 80" width="{width}" height="80" role="img"><title>{title}</title>{boxes}</svg>'
