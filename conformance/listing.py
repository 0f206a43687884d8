"""Calls the list operation and reads its pages.

All functions that read a page raise Unexercised if it is unusable: another rule reports that.
"""

from collections.abc import Mapping

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import default_headers, send
from session_contracts.conformance.client import Exchange, Query
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.preparing import scope_headers
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Listing, Style

#: A page size that fits all records of one check, and is below the page limit of every API.
FULL = 50


def get_list(
    subject: Subject,
    filters: Mapping[str, str],
    extra: Query | None = None,
    headers: Mapping[str, str] | None = None,
) -> Exchange:
    """Call the list, narrowed by `filters`: query parameters, and scopes that headers carry.

    `extra`: further query parameters; None asks for the first full page. `headers` replace the
    default credentials.
    """
    profile = subject.profile
    query = [(name, value) for name, value in filters.items() if name not in profile.headers]
    sent = default_headers(subject, profile.list) if headers is None else headers
    return send(
        subject,
        profile.list,
        query=(*query, *(full_page(subject) if extra is None else extra)),
        headers={**sent, **scope_headers(subject, filters)},
    )


def full_page(subject: Subject, page: int = 1) -> Query:
    """The query parameters that ask for a full page."""
    position = {
        Style.PAGE: ("page", str(page)),
        Style.OFFSET: ("offset", str((page - 1) * FULL)),
    }.get(paging_style(subject))
    return [*([position] if position else []), ("limit", str(FULL))]


def listing_of(subject: Subject) -> Listing:
    """What the contract states about the list (`x-list`)."""
    listing = subject.operation(subject.profile.list).listing
    assert listing is not None, "the suite profile names a list operation"
    return listing


def paging_style(subject: Subject) -> Style:
    """How the list is paged."""
    return listing_of(subject).style


def listed_records(subject: Subject, exchange: Exchange) -> list[Record]:
    """The records on a page. Raises Unexercised."""
    envelope = shapes.envelope(subject.operation(subject.profile.list))
    found = shapes.items(exchange.json, envelope)
    if not exchange.ok or found is None:
        raise Unexercised(f"the list answered {exchange.status} without records")
    return found


def listed_ids(subject: Subject, exchange: Exchange) -> list[str]:
    """The ids on a page, in its order. Raises Unexercised."""
    return [str(record.get(subject.table.field)) for record in listed_records(subject, exchange)]


def pagination_number(subject: Subject, exchange: Exchange, member: str) -> int:
    """A number of the page's `pagination` (with page numbers) or next to its records.

    Raises Unexercised.
    """
    body = exchange.json
    if paging_style(subject) is Style.PAGE and isinstance(body, dict):
        body = body.get("pagination")
    value = body.get(member) if isinstance(body, dict) else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unexercised(f"the list has no number {member!r}")
    return value
