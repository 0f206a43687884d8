"""Following a list page by page."""

from typing import Any

from session_contracts.conformance.paging import all_pages
from tests.conformance.fake_target import subject


def test_pages_by_cursor() -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if "before=later" in path:
            return 200, {"data": [{"id": "b"}], "nextCursor": None}
        return 200, {"data": [{"id": "a"}], "nextCursor": "later"}

    calls: list[None] = []
    one = subject(answer, "mobilenext")
    pages = list(all_pages(one, {}, 1, between=lambda: calls.append(None)))
    assert [ids for _, ids in pages] == [["a"], ["b"]]
    assert len(calls) == 1


def test_pages_by_offset() -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        found = "b" if "offset=1" in path else "a"
        return 200, {"data": [{"sessionId": found, "id": found}], "total": 2}

    pages = all_pages(subject(answer, "promptster"), {}, 1)
    assert [ids for _, ids in pages] == [["a"], ["b"]]


def test_refused_cursor_is_the_last_page() -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if "before=later" in path:
            return 400, {}
        return 200, {"data": [{"id": "a"}], "nextCursor": "later"}

    pages = list(all_pages(subject(answer, "mobilenext"), {}, 1))
    assert [page.status for page, _ in pages] == [200, 400]


def test_list_without_end_is_cut_off() -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        return 200, {"data": [{"id": "a"}], "nextCursor": "again"}

    assert len(list(all_pages(subject(answer, "mobilenext"), {}, 1))) == 60
