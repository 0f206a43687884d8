"""Our compiled path and Connexion's own stack let the same requests through.

Ours is the mock with handlers that accept everything; the other is Connexion as it comes, with the
same documents and credentials. The requests are made from each contract: each parameter and each
member of a body has values of every type, one at a time.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from connexion import AsyncApp
from connexion.resolver import Resolver
from starlette.types import ASGIApp

from session_contracts.mock_server.app import app_of
from session_contracts.mock_server.mock import Mock
from session_contracts.mock_server.mutants import MutablePlans
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, OperationPlan
from session_contracts.mock_server.prefer import from_schema
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.states import set_up
from session_contracts.new import make
from session_contracts.openapi import Operation, bundled_names, load
from session_contracts.openapi.model import JsonSchema

pytestmark = pytest.mark.slow

Headers = Mapping[str, str]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Peers:
    """The two servers of one API, and a credential for each of its operations."""

    name: str
    ours: ASGIApp
    connexions: ASGIApp
    operations: Mapping[str, Operation]
    credentials: Mapping[str, Headers]

    def accept(self, method: str, path: str, **options: Any) -> bool:
        """Whether both servers let a request through; they must agree."""

        async def status(app: ASGIApp) -> int:
            transport = httpx.ASGITransport(app)
            base_url = f"http://test/{self.name}"
            async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
                return (await client.request(method, path, **options)).status_code

        ours, theirs = (asyncio.run(status(app)) for app in (self.ours, self.connexions))
        assert (ours == 200) == (theirs == 200), (method, path, options, ours, theirs)
        return ours == 200


# ---- the two servers


def our_app(mock: Mock) -> ASGIApp:
    async def accept(call: Call) -> Answer:
        return Answer(200, {})

    def accepting(operation: OperationPlan) -> OperationPlan:
        return replace(operation, run=accept, finish=lambda call, answer: b"{}")

    def all_accepting(plan: ApiPlan) -> ApiPlan:
        operations = {name: accepting(each) for name, each in plan.operations.items()}
        return replace(plan, operations=operations)

    unbroken = {name: all_accepting(plan) for name, plan in mock.plans.unbroken.items()}
    mock.plans = MutablePlans(unbroken)
    return app_of(mock)


#: The secrets that Connexion's own stack accepts, by the names of security schemes.
SECRETS: dict[str, set[str]] = {}


def known_secret(secret: str, required_scopes: object = None) -> dict[str, str] | None:
    """Called by Connexion, for tokens and for keys."""
    return {"sub": "default"} if any(secret in each for each in SECRETS.values()) else None


def known_token(token: str) -> dict[str, str] | None:
    return known_secret(token)


def known_key(apikey: str, required_scopes: object = None) -> dict[str, str] | None:
    return known_secret(apikey)


def connexion_app(name: str) -> ASGIApp:
    """Connexion as it comes, with handlers that accept whatever its validation lets through."""

    def answer(**_: Any) -> tuple[dict[str, Any], int, dict[str, str]]:
        return {}, 200, {"Content-Type": "application/json"}

    functions = {
        "http": ("x-bearerInfoFunc", "known_token"),
        "apiKey": ("x-apikeyInfoFunc", "known_key"),
    }
    document: dict[str, Any] = {**load(name).document}
    schemes = {}
    for key, scheme in document["components"]["securitySchemes"].items():
        member, function = functions[scheme["type"]]
        schemes[key] = {**scheme, member: f"{__name__}.{function}"}
    document["components"] = {**document["components"], "securitySchemes": schemes}
    app = AsyncApp(__name__)
    app.add_api(document, name=name, base_path=f"/{name}", resolver=Resolver(lambda _: answer))
    served: ASGIApp = app
    return served


def credentials_of(mock: Mock, name: str) -> dict[str, Headers]:
    """Headers that authenticate, by operationId; and makes their secrets known to Connexion."""
    plan, world = mock.plans.unbroken[name], mock.worlds.default
    found = {}
    for operation in plan.operations.values():
        kind = {"kind": operation.contract.security[0].name}
        kinds: Any = kind if len(plan.contract.security) > 1 else {}
        message = {"action": "setup", "state": "credential", "params": kinds}
        headers = set_up(world, plan, message)["headers"]
        found[operation.id] = headers
        for value in headers.values():
            SECRETS.setdefault(name, set()).add(value.removeprefix("Bearer "))
    return found


@pytest.fixture(scope="module", params=[*bundled_names(), "acme"])
def peers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Peers]:
    name: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        if name not in bundled_names():
            folder = tmp_path_factory.mktemp("apis")
            make(name, "Booking", folder)
            patch.chdir(folder)
        mock = Mock(Settings((name,)))
        credentials = credentials_of(mock, name)
        theirs = connexion_app(name)
        yield Peers(name, our_app(mock), theirs, load(name).operations, credentials)


# ---- requests


#: Values of every type, for members of bodies.
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    6,
    1_000_000,
    1.5,
    "",
    "text",
    "1",
    [],
    ["a"],
    {},
    {"a": 1},
)
TEXTS = ("", "text", "-1", "0", "1", "100", "101", "1200", "1.5", "true", "null", "a b")
MOMENTS = (
    "2026-05-06T17:00:00Z",
    "2026-05-06T17:00:00+02:00",
    "2026-05-06T17:00:00.5Z",
    "2026-05-06",
    "today",
    "",
)
IDS = ("a1b2c3d4-e5f6-4890-abcd-ef1234567890", "A1B2C3D4-E5F6-4890-ABCD-EF1234567890")


def texts(schema: JsonSchema) -> Sequence[str]:
    """Texts for a parameter, valid and invalid ones."""
    if schema.get("format") == "uuid":  # Connexion does not check others
        return IDS
    if schema.get("format") == "date-time":
        return MOMENTS
    return (*map(str, schema.get("enum", ())), *TEXTS)


def values(schema: JsonSchema) -> Iterator[Any]:
    """Values for a schema: a valid one, others that differ from it in one member, and junk."""
    is_uuid = schema.get("format") == "uuid"
    valid = IDS[0] if is_uuid else from_schema(schema)
    yield valid
    yield from schema.get("enum", ())
    if "maxLength" in schema:
        yield from ("x" * schema["maxLength"], "x" * (schema["maxLength"] + 1))
    if isinstance(valid, dict):
        yield {**valid, "other": 1}
        for name, member in schema.get("properties", {}).items():
            yield {other: value for other, value in valid.items() if other != name}
            yield from ({**valid, name: value} for value in values(member))
    # Connexion does not check uuids, which leaves values of other types.
    yield from (value for value in JUNK if not (is_uuid and isinstance(value, str)))


def queries(operation: Operation) -> Iterator[dict[str, str]]:
    """No parameters, each alone with each of its texts, and an unknown one."""
    yield {}
    yield {"unknown": "text"}
    for parameter in operation.parameters:
        if parameter.location == "query":
            yield from ({parameter.name: text} for text in texts(parameter.schema))


def path_of(operation: Operation) -> str:
    path = operation.path
    for parameter in operation.parameters:
        if parameter.location == "path":
            known = "a1b2c3d4-e5f6-4890-abcd-ef1234567890"
            path = path.replace(f"{{{parameter.name}}}", known)
    return path


def test_same_queries_are_valid(peers: Peers) -> None:
    for operation in peers.operations.values():
        if operation.method == "GET":
            headers = peers.credentials[operation.id]
            for query in queries(operation):
                peers.accept("GET", path_of(operation), headers=headers, params=query)


def test_same_bodies_are_valid(peers: Peers) -> None:
    for operation in peers.operations.values():
        if operation.body:
            accepted = []
            for value in values(next(iter(operation.body.schemas.values()))):
                headers = {**peers.credentials[operation.id], "Content-Type": "application/json"}
                options = {"headers": headers, "content": json.dumps(value)}
                accepted.append(peers.accept(operation.method, path_of(operation), **options))
            assert {*accepted} == {True, False}, operation.id


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b"text"])
@pytest.mark.parametrize(
    "media",
    ["application/json", "application/json; charset=utf-8", "text/plain", "application/xml"],
)
def test_same_raw_bodies_are_valid(peers: Peers, content: bytes, media: str) -> None:
    for operation in peers.operations.values():
        # Connexion refuses an empty body with a content type, even where the body is optional.
        if operation.body and (content or operation.body.required):
            headers = {**peers.credentials[operation.id], "Content-Type": media}
            peers.accept(operation.method, path_of(operation), content=content, headers=headers)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"Authorization": "Bearer nobody"}, False),
        ({"Authorization": "Basic eDp5"}, False),
        ({"X-API-Key": "nobody"}, False),
        (None, True),
    ],
)
def test_same_credentials_are_valid(peers: Peers, headers: Headers | None, expected: bool) -> None:
    for operation in peers.operations.values():
        if operation.body is None:
            sent = peers.credentials[operation.id] if headers is None else headers
            assert peers.accept(operation.method, path_of(operation), headers=sent) is expected


def test_same_paths_and_methods_exist(peers: Peers) -> None:
    for operation in peers.operations.values():
        headers, path = peers.credentials[operation.id], path_of(operation)
        assert not peers.accept("GET", f"/nothing{path}", headers=headers)
        assert not peers.accept("PUT", path, headers=headers)
