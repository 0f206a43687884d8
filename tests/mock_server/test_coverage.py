"""Coverage over HTTP: a cell of a lifecycle table is counted when it is reached."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from session_contracts.openapi import bundled_names, load
from tests.mock_server.worlds import NEW_SESSION, Scenario, drop, made
from tests.serving import DOCUMENTED, KEYS, Mock, running

pytestmark = pytest.mark.slow

ENDED = "2026-05-06T16:00:00Z"
NOBODY = "00000000-0000-4000-8000-000000000000"

#: By API and state, the params of the provider state `session`.
PARAMS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "rentalot": {
        "draft": {"status": "draft"},
        "active": {"status": "active"},
        "awaiting_review": {"status": "completed"},
        "approved": {"status": "completed", "reviewStatus": "approved"},
        "denied": {"status": "completed", "reviewStatus": "denied"},
        "expired": {"status": "expired"},
        "expired_reviewed": {"status": "expired", "reviewStatus": "denied"},
    },
    "saleslab": {
        **{state: {"status": state} for state in ("scored", "completed", "in_progress")},
        "published": {"status": "scored"},
    },
    "openscouter": {
        state: {"status": state}
        for state in ("active", "paused", "completed", "analyzing", "analyzed", "confirmed")
    },
    "promptster": {"running": {}, "ended": {"endedAt": ENDED}},
    "mobilenext": {"held": {}, "released": {"released": True}},
}
BODIES: Mapping[str, Any] = {
    "completeSession": {},
    "updateNotes": {"notes": [{"content": "x"}]},
    "confirmSession": {"rating": 4},
    "submitFeedback": {"clarity": 4, "difficulty": 2, "technicalIssues": False},
    "mergeMetadata": {"a": 1},
    "promptster.update.ends": {"endedAt": ENDED},
    "promptster.update.leaves": {"metadata": {"a": 1}},
    "updateSession": {"metadata": {"a": 1}},
}


@pytest.fixture(scope="module")
def shared(whole_server: Mock) -> Iterator[Mock]:
    """A world shared by many tests, each of which looks only at the counts that it added."""
    found = made(whole_server)
    yield found
    drop(whole_server, found)


def coverage(world: Mock, api: str, worlds: str = "own") -> dict[str, Any]:
    answer = world.control("GET", "/coverage", params={"worlds": worlds})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["apis"][api])


def key_of(point: Mapping[str, Any]) -> tuple[str | None, ...]:
    return tuple(
        point.get(name) for name in ("kind", "resource", "operation", "state", "to", "rule")
    )


def counted(report: Mapping[str, Any]) -> dict[Any, int]:
    """The reached points and rules, with their counts."""
    counts = {key_of(point): point["count"] for point in report["points"]} | {
        rule["id"]: rule["count"] for rule in report["rules"]
    }
    return {what: count for what, count in counts.items() if count}


def added(before: Mapping[Any, int], after: Mapping[Any, int]) -> dict[Any, int]:
    return {
        what: count - before.get(what, 0)
        for what, count in after.items()
        if count != before.get(what, 0)
    }


def a_session(world: Mock, api: str, state: str) -> str:
    """The id of a session in that state."""
    if state == "absent":
        return NOBODY
    params = (
        {"tenant": "other", "status": "scored"}
        if state == "foreign" and api == "saleslab"
        else {"tenant": "other"}
    )
    report = replace(world, api=api).state(
        "session", **(params if state == "foreign" else PARAMS[api][state])
    )
    return str(report.get("id") or report["sessionId"])


def call(world: Mock, api: str, operation: str, key: str, body: Any) -> httpx.Response:
    found = load(api).operations[operation]
    path = found.path.replace("{id}", key).replace("{sessionId}", key)
    headers = replace(world, api=api).credential()
    return world.client.request(
        found.method, f"{world.url}/{api}{path}", headers=headers, json=body
    )


def cells(*kinds: str) -> list[tuple[str, tuple[str | None, ...]]]:
    """The points of every lifecycle table, read from the contracts independently."""
    found: list[tuple[str, tuple[str | None, ...]]] = []
    for api in bundled_names():
        for table in load(api).document["x-lifecycles"].items():
            name, lifecycle = table
            if "creation" in lifecycle:
                creation = lifecycle["creation"]
                found.append(
                    (
                        api,
                        (
                            "creation",
                            name,
                            creation["operation"],
                            "absent",
                            creation["to"],
                            creation["rule"],
                        ),
                    )
                )
            for operation, row in lifecycle["transitions"].items():
                found += [
                    (api, ("move", name, operation, move["from"], move["to"], move["rule"]))
                    for move in row.get("moves", ())
                ]
                for kind, entries in (
                    ("stay", row.get("stays", ())),
                    ("refusal", row.get("refusals", ())),
                ):
                    found += [
                        (api, (kind, name, operation, state, None, entry["rule"]))
                        for entry in entries
                        for state in entry["in"]
                    ]
            for timer, entry in lifecycle.get("timers", {}).items():
                if not entry.get("optional"):
                    found += [
                        (api, ("timer", name, timer, state, entry["to"], entry["rule"]))
                        for state in entry["from"]
                    ]
    return [cell for cell in dict.fromkeys(found) if cell[1][0] in kinds]


CALLED = cells("move", "stay", "refusal")


@pytest.mark.parametrize("api", bundled_names())
def test_coverage_lists_every_cell_and_rule(world: Mock, api: str) -> None:
    report = coverage(world, api)
    expected = {
        cell for name, cell in cells("creation", "move", "stay", "refusal", "timer") if name == api
    }
    assert {key_of(point) for point in report["points"]} == expected
    assert len(report["points"]) == len(expected)
    assert [rule["id"] for rule in report["rules"]] == list(load(api).rules)
    assert report["percent"] == 0
    assert counted(report) == {}
    kinds = [str(cell[0]) for cell in expected] + ["rule"] * len(load(api).rules)
    assert {kind: count["of"] for kind, count in report["summary"].items() if count["of"]} == {
        kind: kinds.count(kind) for kind in set(kinds)
    }


@pytest.mark.parametrize(
    ("api", "cell"), CALLED, ids=[f"{api}.{'-'.join(map(str, cell))}" for api, cell in CALLED]
)
def test_call_counts_for_the_deciding_cell_alone(
    shared: Mock, api: str, cell: tuple[str, ...]
) -> None:
    kind, _, operation, state, target, rule = cell
    key = a_session(shared, api, state)
    before = counted(coverage(shared, api))
    body = (
        {"reviewStatus": target or "approved"}
        if operation == "reviewSession"
        else BODIES.get(rule, BODIES.get(operation))
    )
    answer = call(shared, api, operation, key, body)
    assert answer.is_success == (kind != "refusal"), answer.text
    new = added(before, counted(coverage(shared, api)))
    assert {what: count for what, count in new.items() if isinstance(what, tuple)} == {cell: 1}
    assert new[rule] == 1
    assert set(new.values()) == {1}
    if kind == "refusal":
        assert set(new) == {cell, rule}
        assert answer.headers["x-mock-rule"] == rule


#: Where something is created, and with what body.
CREATED: Mapping[str, tuple[str, Any]] = {
    "openscouter": ("api/sessions", NEW_SESSION),
    "promptster": ("v1/sessions", {}),
}


@pytest.mark.parametrize(("api", "cell"), cells("creation"))
def test_creations_count(shared: Mock, api: str, cell: tuple[str, ...]) -> None:
    path, body = CREATED[api]
    before = counted(coverage(shared, api))
    headers = replace(shared, api=api).credential()
    assert (
        shared.client.post(f"{shared.url}/{api}/{path}", headers=headers, json=body).status_code
        == 201
    )
    new = added(before, counted(coverage(shared, api)))
    assert {what: count for what, count in new.items() if isinstance(what, tuple)} == {cell: 1}
    before = counted(coverage(shared, api))
    assert (
        shared.client.post(f"{shared.url}/{api}/{path}", headers=headers, json=[]).status_code
        == 400
    )
    assert not [
        what for what in added(before, counted(coverage(shared, api))) if isinstance(what, tuple)
    ]


@pytest.mark.parametrize(
    ("api", "cell"),
    cells("timer"),
    ids=[f"{api}.{'-'.join(map(str, cell))}" for api, cell in cells("timer")],
)
def test_timers_count(world: Mock, api: str, cell: tuple[str, ...]) -> None:
    if api == "openscouter":
        call(world, api, "analyzeSession", a_session(world, api, "completed"), None)
    else:
        a_session(world, api, cell[3])
    before = counted(coverage(world, api))
    assert cell not in before
    world.control("POST", "/clock/advance", json={"by": "P31D"})
    new = added(before, counted(coverage(world, api)))
    assert new[cell] >= 1
    assert new[cell[5]] >= new[cell]
    assert all(what[0] == "timer" for what in new if isinstance(what, tuple))


def test_filters_and_other_refusals_count_for_their_rules(world: Mock) -> None:
    world.call("GET", "?status=active")
    rules = {
        rule: count
        for rule, count in counted(coverage(world, "rentalot")).items()
        if isinstance(rule, str)
    }
    assert any("filter" in rule or "status" in rule for rule in rules), rules
    before = counted(coverage(world, "rentalot"))
    for query, headers in (("?page=0", None), ("", {})):
        refused = world.call("GET", query, headers)
        now = counted(coverage(world, "rentalot"))
        assert added(before, now) == {refused.headers["x-mock-rule"]: 1}
        before = now


def test_examples_and_faults_do_not_count(world: Mock) -> None:
    world.call("GET", f"/{DOCUMENTED}", {**KEYS["rentalot"], "Prefer": "code=200"})
    world.control("PUT", "/faults", json={"faults": [{"status": 503}]})
    world.call("GET", f"/{DOCUMENTED}")
    world.control("DELETE", "/faults")
    world.client.get(f"{world.url}/rentalot/nowhere")
    world.given()
    assert counted(coverage(world, "rentalot")) == {}


def test_delayed_calls_count(world: Mock) -> None:
    world.control(
        "PUT", "/faults", json={"faults": [{"delay": {"type": "fixed", "milliseconds": 1}}]}
    )
    assert world.call("GET", f"/{DOCUMENTED}").status_code == 200
    assert counted(coverage(world, "rentalot"))


def test_the_summary_sums_it_up(world: Mock) -> None:
    Scenario(world, 0).run()
    for api in bundled_names():
        report = coverage(world, api)
        reached = [point["kind"] for point in report["points"] if point["count"]] + [
            "rule" for rule in report["rules"] if rule["count"]
        ]
        for kind, count in report["summary"].items():
            assert count["reached"] == reached.count(kind)
        of = sum(count["of"] for count in report["summary"].values())
        assert abs(report["percent"] - 100 * len(reached) / of) < 0.06
        assert 0 < report["percent"] < 100


def test_coverage_of_one_world_or_of_all() -> None:
    with running(
        "--max-worlds", "2", "--clock", "2026-05-06T17:00:00Z", apis=["rentalot"]
    ) as server:
        first, second = made(server, name="first"), made(server, name="second")
        states = ("active", "awaiting_review", "approved")
        for found, state in zip((server, first, second), states, strict=True):
            found.call("GET", f"/{a_session(found, 'rentalot', state)}")
        made(server, name="third", fork="second")
        assert first.call("GET").status_code == 410
        drop(server, second)

        def reached(found: Mock, worlds: str) -> set[str]:
            return {
                point["state"]
                for point in coverage(found, "rentalot", worlds)["points"]
                if point["count"]
            }

        third = replace(server, url=f"{server.url}/w/third")
        assert reached(server, "own") == {"active"}
        assert reached(third, "own") == set()
        assert reached(server, "all") == reached(third, "all") == set(states)
        third.call("GET", f"/{a_session(third, 'rentalot', 'denied')}")
        third.control("POST", "/reset")
        assert reached(third, "own") == {"denied"}  # which a reset leaves alone
        assert third.control("DELETE", "/coverage").json() == {}
        assert reached(third, "own") == set()
        assert reached(server, "own") == {"active"}
        assert reached(server, "all") >= set(states)
        assert server.control("DELETE", "/coverage?worlds=all").json() == {}
        assert reached(server, "all") == set()
        third.call("GET", f"/{a_session(third, 'rentalot', 'denied')}")
        assert reached(server, "all") == reached(third, "own") == {"denied"}


@pytest.mark.parametrize("query", ["worlds=some", "worlds=", "worlds=own&worlds=all", "worlds=ALL"])
def test_unknown_worlds_are_refused(world: Mock, query: str) -> None:
    for method in ("GET", "DELETE"):
        answer = world.control(method, f"/coverage?{query}")
        assert (answer.status_code, "worlds" in answer.json()["error"]) == (400, True)


def test_broken_rules_count_what_happened(world: Mock) -> None:
    world.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"]})
    key = a_session(world, "rentalot", "approved")
    assert (
        call(world, "rentalot", "reviewSession", key, {"reviewStatus": "denied"}).status_code == 200
    )
    assert (
        "refusal",
        "Session",
        "reviewSession",
        "approved",
        None,
        "rentalot.review.final",
    ) not in counted(coverage(world, "rentalot"))
