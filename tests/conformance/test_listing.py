"""Calling a list and reading its pages."""

from typing import Any

import pytest

from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.listing import (
    get_list,
    listed_ids,
    listed_records,
    pagination_number,
)
from tests.conformance.fake_target import Answer, subject


def answering(status: int, body: Any) -> Answer:
    return lambda *_: (status, body)


def test_default_is_a_full_page() -> None:
    one = subject(answering(200, {"data": []}))
    assert get_list(one, {"contactId": "c"}).url.endswith("?contactId=c&page=1&limit=50")
    assert get_list(one, {"contactId": "c"}, []).url.endswith("?contactId=c")


@pytest.mark.parametrize(
    "body", [{"data": [{"id": "a"}]}, [{"id": "a"}], {"other": [{"id": "a"}], "total": 1}]
)
def test_records_with_and_without_envelope(body: Any) -> None:
    one = subject(answering(200, body))
    assert listed_ids(one, get_list(one, {})) == ["a"]


@pytest.mark.parametrize(("status", "body"), [(500, {"data": []}), (200, {}), (200, {"data": [1]})])
def test_unusable_page(status: int, body: Any) -> None:
    one = subject(answering(status, body))
    with pytest.raises(Unexercised, match=f"the list answered {status} without records"):
        listed_records(one, get_list(one, {}))


def test_pagination_number() -> None:
    one = subject(answering(200, {"data": [], "pagination": {"total": 7, "page": True}}))
    page = get_list(one, {})
    assert pagination_number(one, page, "total") == 7
    for member in ("page", "limit"):
        with pytest.raises(Unexercised, match=f"the list has no number '{member}'"):
            pagination_number(one, page, member)
