"""List fixtures and the times of their records."""

from datetime import UTC, datetime

from session_contracts.conformance.list_fixture import (
    LONG_AGO,
    ListFixture,
    in_other_zone,
    new_list_fixture,
    rfc3339,
)
from tests.conformance.fake_target import setting_up, subject


def test_ids_between_seconds() -> None:
    fixture = ListFixture({}, LONG_AGO, {"a": 0, "b": 1, "c": 2})
    assert fixture.between(1, 2) == {"b", "c"}
    assert fixture.moment(1) == "2001-03-01T12:00:01Z"


def test_other_zone_is_the_same_moment() -> None:
    text = rfc3339(datetime(2026, 2, 13, 23, 30, tzinfo=UTC))
    assert in_other_zone(text) == "2026-02-14T01:30:00+02:00"
    assert datetime.fromisoformat(in_other_zone(text)) == datetime.fromisoformat(text)


def test_new_fixture_has_one_record_per_second() -> None:
    fixture = new_list_fixture(subject(setting_up(session={"id": "a"})), [3])
    assert fixture.seconds == {"a": 3}
