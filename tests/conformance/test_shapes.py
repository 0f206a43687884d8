"""Only documented members are compared."""

from typing import Any

from session_contracts.conformance import shapes

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "metadata": {"type": "object"},
        "notes": {
            "type": "array",
            "items": {"type": "object", "properties": {"text": {"type": "string"}}},
        },
    },
}


def test_undocumented_members_are_dropped_at_every_depth() -> None:
    value = {"id": "1", "updatedAt": "now", "notes": [{"text": "a", "seq": 1}, {"seq": 2}]}
    assert shapes.known(_SCHEMA, value) == {"id": "1", "notes": [{"text": "a"}, {}]}


def test_free_form_object_is_kept() -> None:
    value = {"metadata": {"any": {"thing": None}}}
    assert shapes.known(_SCHEMA, value) == value


def test_wrong_type_is_kept() -> None:
    assert shapes.known(_SCHEMA, None) is None
    assert shapes.known(_SCHEMA, {"notes": "none", "id": 7}) == {"notes": "none", "id": 7}
