"""Calls operations of the target: paths, credentials, and valid bodies."""

import json
import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from session_contracts.conformance.client import Exchange, Query
from session_contracts.conformance.flawed_requests import JSON_MEDIA
from session_contracts.conformance.preparing import prepared_id
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import target_time
from session_contracts.openapi.model import ANY

_UUID = re.compile(rb'"\{uuid\}"')
_NOW = b'"{now}"'


def send(
    subject: Subject,
    operation: str,
    identity: str | None = None,
    *,
    query: Query = (),
    content: bytes | None = None,
    media_type: str | None = JSON_MEDIA,
    headers: Mapping[str, str] | None = None,
) -> Exchange:
    """Call an operation with a body of bytes, on a record if its path has one.

    `headers` replace the default credentials. Raises TargetUnreachable.
    """
    node = subject.operation(operation)
    path = node.path
    sent = dict(default_headers(subject, operation) if headers is None else headers)
    if identity is not None:
        path = path.replace("{" + subject.table.parameter + "}", quote(identity, safe=""))
        sent |= subject.record_headers.get(identity, {})
    media = media_type if content is not None else None
    return subject.target.send(
        node.method, path, query=query, body=content, media_type=media, headers=sent
    )


def call(
    subject: Subject,
    operation: str,
    identity: str | None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Exchange:
    """Call an operation with a JSON body; None sends none. Raises TargetUnreachable."""
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    return send(subject, operation, identity, content=content, headers=headers)


def default_headers(subject: Subject, operation: str) -> dict[str, str]:
    """The default credential for an operation: of several accepted schemes, the first held."""
    held = {name.lower(): (name, value) for name, value in subject.target.headers.items()}
    accepted = (scheme.header.lower() for scheme in subject.operation(operation).security)
    usable = [name for name in accepted if name in held]
    unwanted = {scheme.header.lower() for scheme in subject.contract.security} - set(usable[:1])
    return dict(pair for name, pair in held.items() if name not in unwanted)


def valid_body(
    subject: Subject, operation: str, when: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """A valid body with every documented member; None if the operation takes no body.

    `when`: the values that select a transition; for one that may be any, the example's is kept.
    Raises Unexercised.
    """
    if subject.operation(operation).body is None:
        return None
    example = json.dumps(subject.profile.examples[operation]).encode()
    body: dict[str, Any] = json.loads(fill_in(subject, example) or b"")
    wanted = {name: value for name, value in (when or {}).items() if value != ANY}
    return {name: value for name, value in {**body, **wanted}.items() if value is not None}


def fill_in(subject: Subject, content: bytes | None) -> bytes | None:
    """A body with fresh values in place of `{uuid}`, `{now}` and the names of scopes.

    Raises Unexercised.
    """
    if content is None:
        return None
    content = _UUID.sub(lambda _: json.dumps(str(uuid.uuid4())).encode(), content)
    if _NOW in content:
        later = (target_time(subject) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = content.replace(_NOW, json.dumps(later).encode())
    for name, state in subject.profile.scopes.items():
        mark = f'"{{{name}}}"'.encode()
        if mark in content and state:
            value = json.dumps(prepared_id(subject, state, name)).encode()
            content = content.replace(mark, value)
    return content
