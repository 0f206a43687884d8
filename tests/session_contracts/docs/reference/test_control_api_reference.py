"""The control API as Markdown."""

from session_contracts.docs.reference.control_api import control_api
from session_contracts.openapi import load_control

CONTROL = load_control()
PAGE = control_api(CONTROL.document)


def section(summary: str) -> str:
    """The text of one operation."""
    return PAGE.partition(f"\n### {summary}\n")[2].partition("\n###")[0]


def test_page_has_every_operation() -> None:
    for operation in CONTROL.operations.values():
        assert f"\n{operation.method} /_mock{operation.path}\n" in section(operation.summary)


def test_operation_has_parameters_body_responses_and_example() -> None:
    operations = CONTROL.operations
    journal = section(operations["getJournal"].summary)
    assert "| `status` (optional) | query | integer |" in journal
    assert "| 401 |" in journal
    assert '{"entries": [], "total": 0, "dropped": 0}' in journal
    clock = section(operations["putClock"].summary)
    assert "| `frozen` (optional) | boolean" in clock
    assert '{"now": "2026-03-14T10:30:00Z", "frozen": true}' in clock
    assert "| `faults[].delay` (optional) | object |" in section(operations["putFaults"].summary)


def test_links_lead_to_headings() -> None:
    links = PAGE.count("](#")
    assert links == len(CONTROL.operations)
    assert PAGE.count("\n### ") == links
