"""OpenScouter: notes, which are added and updated together or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import fresh_scope, movable_state, record_in
from session_contracts.conformance.subject import Subject

_ODD = 'Zoë — "quoted" <b>&</b>\n🏠 ' + "long " * 300
Note = Mapping[str, Any]


def _patch(subject: Subject, identity: str, *notes: Any) -> Exchange:
    return call(subject, "updateNotes", identity, {"notes": list(notes)})


def _notes(subject: Subject, identity: str) -> list[Note]:
    """All notes of a session. Raises Unexercised."""
    exchange = send(subject, "getNotes", identity)
    notes = (shapes.unwrap(exchange.json) or {}).get("notes")
    if (
        not exchange.ok
        or not isinstance(notes, list)
        or not all(isinstance(note, dict) and "noteId" in note for note in notes)
    ):
        raise Unexercised(f"the notes answered {exchange.status}")
    actual: list[Note] = shapes.known(
        shapes.record_schema(subject.operation("getNotes"))["properties"]["notes"], notes
    )
    return actual


def _with_notes(subject: Subject, judge: Judge, *contents: str) -> tuple[str, list[Note]]:
    """A session with these notes, in the order in which they are shown. Raises Unexercised."""
    identity = record_in(subject, movable_state(subject))
    for content in contents:
        judge.require(
            _patch(subject, identity, {"content": content}).ok, "a note could not be added"
        )
    notes = _notes(subject, identity)
    judge.require(
        sorted(str(note.get("content")) for note in notes) == sorted(contents),
        "the notes are not the added ones",
    )
    return identity, notes


def _contents(notes: Sequence[Note]) -> list[str]:
    return sorted(str(note.get("content")) for note in notes)


@verifies("notes.create", "notes.list")
def test_notes_are_added(subject: Subject, judge: Judge) -> None:
    """Two at once, then one more; each with its own id, and none in another session."""
    identity, other = (
        record_in(subject, movable_state(subject)),
        record_in(subject, movable_state(subject)),
    )
    judge.require(not _notes(subject, identity), "a fresh session has notes")
    expected: list[str] = []
    for contents in (["First.", _ODD], ["Third."], ["Twice.", "Twice."]):
        exchange = _patch(subject, identity, *({"content": content} for content in contents))
        expected += contents
        if not judge.accepted("notes.create", exchange):
            return
        notes = _notes(subject, identity)
        got = _contents(notes)
        judge.holds(
            "notes.create",
            got == sorted(expected),
            trigger=exchange,
            expected=str(expected),
            got=str(got),
        )
        ids = {note["noteId"] for note in notes}
        judge.holds(
            "notes.create",
            len(ids) == len(notes),
            trigger=exchange,
            expected="an id for each",
            got=str(ids),
        )
    elsewhere = send(subject, "getNotes", other)
    strange = _contents(_notes(subject, other))
    judge.holds(
        "notes.list",
        not strange,
        trigger=elsewhere,
        expected="no notes of another session",
        got=str(strange),
    )


@verifies("notes.list", "notes.members", "notes.order", "notes.touched")
def test_notes_are_listed(subject: Subject, judge: Judge) -> None:
    """All notes that were added one by one, with the documented members."""
    contents = [f"Note {number}." for number in range(25)]
    identity = record_in(subject, movable_state(subject))
    for content in contents:
        judge.require(
            _patch(subject, identity, {"content": content}).ok, "a note could not be added"
        )
    exchange = send(subject, "getNotes", identity)
    notes = _notes(subject, identity)
    judge.holds(
        "notes.list",
        _contents(notes) == sorted(contents),
        trigger=exchange,
        expected="all 25",
        got=f"{len(notes)} notes",
    )
    wrong = shapes.faults(
        shapes.record_schema(subject.operation("getNotes")), shapes.unwrap(exchange.json)
    )
    judge.holds(
        "notes.members",
        not wrong,
        trigger=exchange,
        expected="the documented members",
        got="; ".join(wrong[:3]),
    )
    same = [note.get("content") for note in notes] == contents
    judge.observed(
        "notes.order",
        exchange,
        f"they are in {'the order in which they were added' if same else 'another order'}",
    )
    judge.require(
        _patch(subject, identity, {"noteId": notes[0]["noteId"], "content": "Updated."}).ok,
        "a note could not be updated",
    )
    after = next(
        (note for note in _notes(subject, identity) if note["noteId"] == notes[0]["noteId"]), {}
    )
    changed = [name for name in ("timestamp", "authorId") if after.get(name) != notes[0].get(name)]
    judge.observed(
        "notes.touched",
        exchange,
        f"an update changes {' and '.join(changed) or 'neither time nor author'}",
    )


@verifies("notes.update", "notes.members")
def test_note_is_updated(subject: Subject, judge: Judge) -> None:
    """The named one changes; the others stay, and none is added."""
    identity, notes = _with_notes(subject, judge, "First.", "Second.", "Third.")
    for number, note in enumerate(notes):
        before = {entry["noteId"]: entry for entry in _notes(subject, identity)}
        content = f"{_ODD} {number}"
        exchange = _patch(subject, identity, {"noteId": note["noteId"], "content": content})
        if not judge.accepted("notes.update", exchange):
            return
        after = {entry["noteId"]: entry for entry in _notes(subject, identity)}
        wrong = shapes.faults(subject.contract.schemas["Note"], after.get(note["noteId"], {}))
        judge.holds(
            "notes.members",
            not wrong,
            trigger=exchange,
            expected="the documented members",
            got="; ".join(wrong),
        )
        got = after.get(note["noteId"], {}).get("content")
        judge.holds(
            "notes.update",
            got == content,
            trigger=exchange,
            expected=content[:80],
            got=str(got)[:80],
        )
        rest = {key: entry for key, entry in after.items() if key != note["noteId"]}
        kept = {key: entry for key, entry in before.items() if key != note["noteId"]}
        judge.holds(
            "notes.update",
            rest == kept,
            trigger=exchange,
            expected="no other note changes",
            got=f"{len(rest)} others",
        )


@verifies("notes.counts")
@pytest.mark.parametrize(("updated", "created"), [(0, 1), (1, 0), (1, 2), (2, 1), (0, 3)])
def test_counts(updated: int, created: int, subject: Subject, judge: Judge) -> None:
    """The numbers of added and updated notes, in any order."""
    identity, notes = _with_notes(subject, judge, "First.", "Second.", "Third.")
    changes = [{"content": f"New {number}."} for number in range(created)]
    changes += [{"noteId": note["noteId"], "content": "Updated."} for note in notes[:updated]]
    exchange = _patch(subject, identity, *changes)
    judge.require(
        exchange.ok and len(_notes(subject, identity)) == 3 + created, "the notes were not added"
    )
    record = shapes.unwrap(exchange.json)
    names = ("sessionId", "updatedCount", "createdCount")
    judge.require(
        isinstance(record, dict) and all(name in record for name in names),
        "the answer lacks a documented member",
    )
    got, expected = tuple(record[name] for name in names), (identity, updated, created)
    judge.holds(
        "notes.counts", got == expected, trigger=exchange, expected=str(expected), got=str(got)
    )


def _bad(subject: Subject, judge: Judge) -> list[tuple[str, Mapping[str, Any]]]:
    """Notes that are refused, each with its rule."""
    _, strange = _with_notes(subject, judge, "Of another session.")
    return [
        ("notes.unknown", {"noteId": "note_unknown", "content": "x"}),
        ("notes.unknown", {"noteId": strange[0]["noteId"], "content": "x"}),
        ("notes.id-type", {"noteId": 7, "content": "x"}),
        ("notes.id-type", {"noteId": ["note_1"], "content": "x"}),
        ("notes.content", {}),
        ("notes.content", {"content": 7}),
        ("notes.content", {"content": ["x"]}),
    ]


@verifies("notes.unknown", "notes.id-type", "notes.content", "notes.atomic")
def test_invalid_note_is_refused(subject: Subject, judge: Judge) -> None:
    """Alone, after valid notes, and before them; none of them is kept."""
    for rule, bad in _bad(subject, judge):
        for place in ("alone", "last", "first"):
            identity, notes = _with_notes(subject, judge, "First.", "Second.")
            good = [{"content": "New."}, {"noteId": notes[0]["noteId"], "content": "Updated."}]
            changes = {"alone": [bad], "last": [*good, bad], "first": [bad, *good]}[place]
            trigger = _patch(subject, identity, *changes)
            after = _notes(subject, identity)
            control = _patch(subject, _with_notes(subject, judge, "First.")[0], {"content": "New."})
            if judge.decides(rule):
                judge.observed(rule, trigger)
            elif judge.refused(rule, trigger, control=control):
                judge.observed(
                    "notes.atomic", trigger, "kept none" if after == notes else "kept some"
                )


@verifies("notes.isolated")
def test_note_of_another_session(subject: Subject, judge: Judge) -> None:
    other, strange = _with_notes(subject, judge, "Of another session.")
    identity, _ = _with_notes(subject, judge, "First.")
    trigger = _patch(subject, identity, {"noteId": strange[0]["noteId"], "content": "Touched."})
    after = _notes(subject, other)
    judge.holds(
        "notes.isolated",
        after == strange,
        trigger=trigger,
        expected=str(_contents(strange)),
        got=str(_contents(after)),
    )


@verifies("notes.isolated")
def test_other_sessions_keep_their_notes(subject: Subject, judge: Judge) -> None:
    """Not even of one with the same study, tester and notes."""
    scope = fresh_scope(subject)
    one, other = (
        record_in(subject, movable_state(subject), **scope),
        record_in(subject, movable_state(subject), **scope),
    )
    for identity in (one, other):
        judge.require(
            _patch(subject, identity, {"content": "The same."}).ok, "a note could not be added"
        )
    before = _notes(subject, other)
    judge.require(len(before) == 1, "another session's notes are not just its own")
    mine = _notes(subject, one)
    exchange = _patch(
        subject, one, {"noteId": mine[0]["noteId"], "content": "Updated."}, {"content": "New."}
    )
    judge.require(exchange.ok, f"an update answered {exchange.status}")
    after = _notes(subject, other)
    judge.holds(
        "notes.isolated",
        after == before,
        trigger=exchange,
        expected=str(_contents(before)),
        got=str(_contents(after)),
    )


@verifies("notes.empty")
def test_undocumented(subject: Subject, judge: Judge) -> None:
    identity = record_in(subject, movable_state(subject))
    for changes in ([], [{"content": ""}]):
        judge.observed("notes.empty", _patch(subject, identity, *changes))
