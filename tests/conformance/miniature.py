"""A small Rentalot server with named faults, written from the vendor's page alone."""

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from session_contracts.conformance.report import Report
from session_contracts.conformance.runner import Options, verify

Answer = tuple[int, Any]
_FILTERS = ("contactId", "workflowTemplateId", "status", "reviewStatus")
_STATUSES = ("active", "completed", "expired", "draft")
_REVIEWS = ("pending_review", "approved", "denied")
_TTL = timedelta(days=30)
_LIMIT = 120
_SESSION = re.compile(r"/api/v1/sessions/([^/]+)(/review)?")


class Miniature:
    """The data of one server. `fault` names what it does wrong; empty if nothing."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.lock = threading.Lock()
        self.keys = {"ra_default": "default", "ra_other": "other"}
        self.reset()

    def reset(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.tenants: dict[str, str] = {}
        self.emails: dict[str, str | None] = {}
        self.placed: set[str] = set()
        self.outbox: list[dict[str, Any]] = []
        self.offset = timedelta()
        self.enforced = False
        self.calls: dict[str, int] = {}

    def now(self) -> datetime:
        return (datetime.now(UTC) + self.offset).replace(microsecond=0)

    # ---- the API

    def answer(
        self, method: str, url: str, headers: Any, body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(url)
        status, answer, more = self._limited(
            method, parts.path, parse_qsl(parts.query), headers, body
        )
        if self.fault == "created-status" and status == 200:
            status = 201
        if status >= 400 and self.fault == "plain-errors":
            answer = "wrong"
        elif status >= 400:
            reported = 418 if self.fault == "lying-errors" else status
            answer = {
                "type": "about:blank",
                "title": "Refused",
                "status": reported,
                "detail": str(answer),
            }
        return status, answer, more

    def _limited(
        self, method: str, path: str, query: list[tuple[str, str]], headers: Any, body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        scheme, _, key = headers.get("Authorization", "").partition(" ")
        if self.fault == "anonymous" and not key:
            scheme, key = "Bearer", "ra_default"
        if self.fault == "any-scheme" and scheme == "Token":
            scheme = "Bearer"
        if self.fault == "any-key" and scheme == "Bearer":
            key = key if key in self.keys else "ra_default"
        tenant = self.keys.get(key) if scheme == "Bearer" else None
        if tenant is None:
            return 401, "no key", {}
        self.calls[key] = self.calls.get(key, 0) + 1
        left = max(0, _LIMIT - self.calls[key]) if self.fault != "still-remaining" else _LIMIT
        reset = int(self.now().timestamp()) + 60
        numbers = {"Limit": _LIMIT, "Remaining": left, "Reset": reset // 60 * 60, "Resource": "api"}
        more = {f"X-RateLimit-{name}": str(value) for name, value in numbers.items()}
        if self.fault == "no-rate-headers":
            more.pop("X-RateLimit-Reset")
        if self.enforced and self.calls[key] > _LIMIT and self.fault != "no-limit":
            return (
                429,
                "slow down",
                more | ({} if self.fault == "no-retry-after" else {"Retry-After": "60"}),
            )
        return *self._route(method, path, query, body, tenant), more

    def _route(
        self, method: str, path: str, query: list[tuple[str, str]], body: bytes, tenant: str
    ) -> Answer:
        if path == "/api/v1/sessions":
            if method == "POST" and self.fault == "creates":
                return 200, {"data": self.sessions[self.make({})]}
            return self._list(dict(query), tenant) if method == "GET" else (405, "read-only")
        match = _SESSION.fullmatch(path)
        if not match or (method != ("PATCH" if match[2] else "GET")):
            return 404, "no such path"
        identity = match[1].lower()
        known = identity in self.sessions and (
            self.tenants[identity] == tenant or self.fault == "foreign-readable"
        )
        if len(body) > 1 << 20:
            return 413, "too large"
        if match[2]:
            return self._review(identity if known else None, body)
        if not known:
            return (200, {"data": {}}) if self.fault == "absent-found" else (404, "no such session")
        shown = self._shown(identity)
        if self.fault == "expired-gone" and shown["status"] == "expired":
            return 404, "gone"
        if self.fault == "short-submission":
            shown["submission"] = dict(list(shown["submission"].items())[:1])
        return 200, shown if self.fault == "bare-get" else {"data": shown}

    def _shown(self, identity: str) -> dict[str, Any]:
        session = dict(self.sessions[identity])
        due = datetime.fromisoformat(session["createdAt"]) + (
            timedelta(days=60) if self.fault == "long-ttl" else _TTL
        )
        if (
            self.now() >= due
            and session["reviewStatus"] == "pending_review"
            and identity not in self.placed
        ):
            session["status"] = "expired"
        if self.fault == "draft-hidden" and session["status"] == "draft":
            session["status"] = "active"
        if self.fault == "no-updated-at":
            del session["updatedAt"]
        return session

    def _list(self, query: dict[str, str], tenant: str) -> Answer:
        page = query.get("page", "2" if self.fault == "page-default" else "1")
        limit = query.get("limit", "10" if self.fault == "limit-default" else "20")
        if not page.isdigit() or not limit.isdigit() or not int(page) or not 1 <= int(limit) <= 100:
            return 422, "bad paging"
        number, size = int(page), int(limit)
        size = size + 1 if self.fault == "limit-plus" else size
        rows = [
            self._shown(identity)
            for identity in self.sessions
            if self.tenants[identity] == tenant or self.fault == "foreign-listed"
        ]
        if self.fault == "expired-gone":
            rows = [row for row in rows if row["status"] != "expired"]
        given = [name for name in _FILTERS if name in query]
        if query.get("status") not in (None, *_STATUSES) or query.get("reviewStatus") not in (
            None,
            *_REVIEWS,
        ):
            return 422, "no such value"
        if self.fault == "draft-filter" and query.get("status") == "draft":
            return 422, "no such value"
        if self.fault == "first-filter-only":
            given = given[:1]
        for name in given:
            if self.fault != f"ignores-{name}":
                rows = [row for row in rows if row[name] == query[name]]
        rows.sort(key=lambda row: (row["createdAt"], row["id"]), reverse=True)
        start = (number - 1) * size
        if self.fault == "ties-lost" and start:
            start += 1
        data = rows[start : start + size]
        total = len(data) if self.fault == "page-total" else len(rows)
        pages = len(rows) // size if self.fault == "floor-pages" else -(-len(rows) // size)
        pagination = {
            "page": 1 if self.fault == "echo-one" else number,
            "limit": int(limit),
            "total": total,
            "totalPages": pages,
        }
        if self.fault == "bare-list":
            return 200, {"data": data}
        return 200, {"data": data, "pagination": pagination}

    def _review(self, identity: str | None, body: bytes) -> Answer:
        review, wrong = self._read(body)
        if wrong:
            if self.fault == "refused-but-changed" and identity:
                self.sessions[identity]["reviewNotes"] = "touched"
            if self.fault == "mail-on-refusal" and identity:
                self._send(identity)
            return 422, wrong
        if identity is None:
            return (422 if self.fault == "absent-422" else 404), "no such session"
        before = dict(self._shown(identity))
        if before["reviewStatus"] != "pending_review" and self.fault != "re-review":
            return (400 if self.fault == "final-400" else 409), "reviewed"
        if (
            before["status"] != "completed"
            and before["reviewStatus"] == "pending_review"
            and self.fault != "any-status"
        ):
            return 422, "not completed"
        if self.fault == "race":
            time.sleep(0.02)
            return self._decide(identity, review, before)
        with self.lock:
            if (
                self.sessions[identity]["reviewStatus"] != "pending_review"
                and self.fault != "re-review"
            ):
                return 409, "reviewed"
            return self._decide(identity, review, before)

    def _decide(self, identity: str, review: dict[str, Any], before: dict[str, Any]) -> Answer:
        if self.fault != "no-op":
            now = self.now().isoformat().replace("+00:00", "Z")
            decision = "denied" if self.fault == "always-denied" else review["reviewStatus"]
            notes = None if self.fault == "notes-lost" else review.get("reviewNotes")
            stamp = None if self.fault == "no-reviewed-at" else now
            changes = {
                "reviewStatus": decision,
                "reviewNotes": notes,
                "reviewedAt": stamp,
                "updatedAt": now,
            }
            self.sessions[identity] |= {"status": "completed", **changes}
            if self.fault == "cross-talk":
                for other in self.sessions.values():
                    if other["contactId"] == before["contactId"] and other["id"] != identity:
                        other["updatedAt"] = "2020-01-01T00:00:00Z"
            self._send(identity)
        answer = before if self.fault == "answers-stale" else self._shown(identity)
        return 200, answer if self.fault == "bare-review" else {"data": answer}

    def _send(self, identity: str) -> None:
        to = self.emails[identity] or (
            "nobody@example.com" if self.fault == "mail-without-address" else None
        )
        if to is None or self.fault == "no-mail":
            return
        notes = self.sessions[identity]["reviewNotes"] if self.fault == "notes-mailed" else ""
        to = "x@example.com" if self.fault == "wrong-address" else to
        self.outbox.append({"kind": "email", "to": to, "about": identity, "text": notes})

    def _read(self, body: bytes) -> tuple[dict[str, Any], str]:
        try:
            review = json.loads(body)
        except ValueError:
            return {}, "no JSON"
        if not isinstance(review, dict):
            return (
                ({"reviewStatus": "approved"}, "")
                if self.fault == "any-body"
                else ({}, "no object")
            )
        notes = review.get("reviewNotes")
        if "reviewStatus" not in review and self.fault == "status-optional":
            review["reviewStatus"] = "approved"
        if "reviewStatus" not in review:
            return {}, "no reviewStatus"
        if review["reviewStatus"] not in _REVIEWS[1:]:
            if self.fault != "any-decision":
                return {}, "bad reviewStatus"
            review["reviewStatus"] = "approved"
        if notes is None and self.fault == "notes-required":
            return {}, "no notes"
        if notes is not None and not isinstance(notes, str) and self.fault != "any-notes":
            return {}, "bad notes"
        if isinstance(notes, str) and "\0" in notes:
            return {}, "NUL"
        if isinstance(notes, str) and len(notes) > (9999 if self.fault == "long-notes" else 2000):
            return {}, "long notes"
        if not isinstance(notes, str):
            review["reviewNotes"] = None
        return review, ""

    # ---- provider states

    def state(self, message: dict[str, Any]) -> Answer:
        params = message.get("params") or {}
        match message["state"]:
            case "reset":
                self.reset()
                return 200, {}
            case "credential":
                key = (
                    "ra_revoked"
                    if params.get("revoked")
                    else f"ra_{params.get('tenant', 'default')}"
                )
                self.keys |= {"ra_revoked": "default"} if self.fault == "revoked-works" else {}
                return 200, {"headers": {"Authorization": f"Bearer {key}"}}
            case "clock":
                return 200, {"now": self._advance(params.get("advance", "PT0S"))}
            case "rate limits":
                self.enforced = bool(params.get("enforced"))
                return 200, {}
            case "outbox":
                return 200, {"messages": self.outbox}
            case "session":
                return 200, {"id": self.make(params)}
        return 501, {"error": "unknown state"}

    def _advance(self, duration: str) -> str:
        import isodate

        step = isodate.parse_duration(duration)
        if step:
            self.placed.clear()
            self.calls.clear()
        self.offset += step
        return self.now().isoformat().replace("+00:00", "Z")

    def make(self, params: dict[str, Any]) -> str:
        identity = str(uuid.uuid4())
        created = (
            datetime.fromisoformat(params["createdAt"]) if "createdAt" in params else self.now()
        )
        status = params.get("status", "completed")
        if status == "expired" and "createdAt" not in params:
            created -= timedelta(days=31)
        review = params.get("reviewStatus", "pending_review")
        stamp = created.isoformat().replace("+00:00", "Z")
        self.sessions[identity] = {
            "id": identity,
            "contactId": params.get("contactId", str(uuid.uuid4())),
            "workflowTemplateId": params.get("workflowTemplateId", str(uuid.uuid4())),
            "submission": params.get("submission", {"fullName": "Jane Smith"}),
            "status": status,
            "reviewStatus": review,
            "reviewNotes": None,
            "reviewedAt": stamp if review != "pending_review" else None,
            "createdAt": stamp,
            "updatedAt": stamp,
            "expiresAt": (created + (timedelta(days=29) if self.fault == "expires-early" else _TTL))
            .isoformat()
            .replace("+00:00", "Z"),
        }
        if "status" in params:
            self.placed.add(identity)
        self.tenants[identity] = params.get("tenant", "default")
        self.emails[identity] = params.get("email", "jane@example.com")
        return identity


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    miniature: Miniature

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/states":
            (status, answer), more = self.miniature.state(json.loads(body)), dict[str, str]()
        elif self.miniature.fault == "hangs-up" and self.command == "GET" and self.path != "/":
            self.close_connection = True
            return
        else:
            status, answer, more = self.miniature.answer(
                self.command, self.path, self.headers, body
            )
        content = json.dumps(answer).encode()
        media = "application/problem+json" if status >= 400 else "application/json"
        self.send_response_only(status)
        for name, value in {
            "Content-Type": media,
            "Content-Length": str(len(content)),
            **more,
        }.items():
            self.send_header(name, value)
        # One write: two would wait for the client's delayed acknowledgement.
        self._headers_buffer.append(b"\r\n" + content)  # type: ignore[attr-defined]
        self.flush_headers()


for _method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler._serve)


@contextmanager
def serving(fault: str = "") -> Iterator[str]:
    """The base URL of a miniature; its states URL is `<base>/states`."""
    handler = type("Handler", (_Handler,), {"miniature": Miniature(fault)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def verified(url: str, *, states: bool = True, **options: object) -> Report:
    """Verify a miniature server, with few examples unless `options` say otherwise."""
    common = {
        "max_examples": 3,
        "quiet": True,
        "states_url": f"{url}/states" if states else None,
    }
    return verify(Options(api="rentalot", base_url=url, **{**common, **options}))  # type: ignore[arg-type]
