"""An example call of each operation: as data, and as curl, Python and JavaScript."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import yaml

from session_contracts.conformance.profile import SuiteProfile, profiles
from session_contracts.docs.model import MOCK, Api
from session_contracts.docs.rules import node_of
from session_contracts.mock_server.fixtures import read_fixture
from session_contracts.openapi import Lifecycle, Operation
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Parameter, SecurityScheme

#: Stands in a URL for the id of a record that the setup call creates.
ID_PLACEHOLDER = "\0"


@dataclass(frozen=True)
class SampleCall:
    """One request; `body` is JSON, or None for no body. `url` may hold `ID_PLACEHOLDER`."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Example:
    """A call, and the setup call `first` that it may need.

    `keep` is the variable that holds `member` of the setup response; it fills `ID_PLACEHOLDER`.
    """

    call: SampleCall
    first: SampleCall | None = None
    keep: str | None = None
    member: str = ""


# ---- the call


def example(api: Api, operation: Operation) -> Example:
    """A call that succeeds on a freshly started mock."""
    own = _overrides(api.name).get(operation.id, {}) if api.mocked else {}
    prepared = _prepared(api, operation, own.get("params", {}))
    call = SampleCall(
        operation.method,
        _url(api, operation, own.get("path", {}), prepared is not None),
        _headers(api, operation),
        _body(api, operation, own),
    )
    if "first" in own:
        step = own["first"]
        url = api.base_url + step["path"]
        return Example(call, SampleCall(step["method"], url, {}, step.get("body")))
    if prepared is None:
        return Example(call)
    table = _identified(api, operation)
    return Example(call, prepared, table.name.lower(), table.field)


@cache
def _overrides(api: str) -> Mapping[str, Any]:
    """By operation, what `examples.yaml` sets."""
    text = (Path(__file__).parent / "examples.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text).get(api, {})
    return found


def _identified(api: Api, operation: Operation) -> Lifecycle:
    table = api.contract.lifecycle_of(operation.id)
    assert table is not None, "only operations of a lifecycle need a record"
    return table


def _prepared(api: Api, operation: Operation, params: Mapping[str, Any]) -> SampleCall | None:
    """The call that creates the record, if the operation changes its state.

    So the example can be repeated; other operations use a record of the seed.
    """
    table = api.contract.lifecycle_of(operation.id)
    if not api.mocked or table is None or not table.transitions[operation.id].moves:
        return None
    return provider_state_call(
        api, table, table.transitions[operation.id].moves[0].source, **params
    )


def provider_state_call(api: Api, table: Lifecycle, state: str, **params: Any) -> SampleCall:
    """The call of the control API that creates a record in this state, by a provider state."""
    profile = next(each for each in suite_profiles(api) if each.resource == table.name)
    fields = {name: values[0] for name, values in table.states.get(state, {}).items()}
    return setup_call(api, profile.state, {**profile.state_params.get(state, fields), **params})


def setup_call(api: Api, state: str, params: Mapping[str, Any]) -> SampleCall:
    """The call of the control API that sets up a provider state."""
    body = {"action": "setup", "state": state, **({"params": dict(params)} if params else {})}
    return SampleCall("POST", f"{MOCK}/_mock/{api.name}/states", {}, body)


def suite_profiles(api: Api) -> tuple[SuiteProfile, ...]:
    """The suite profiles of the API's resources; none if the suite does not know the API."""
    return profiles(api.name) if api.mocked and api.vendor else ()


def _url(api: Api, operation: Operation, given: Mapping[str, str], prepared: bool) -> str:
    table = api.contract.lifecycle_of(operation.id)
    hole = table.parameter if prepared and table else ""
    values = {
        parameter.name: ID_PLACEHOLDER
        if parameter.name == hole
        else quote(str(given.get(parameter.name, sample(parameter))), safe="")
        for parameter in operation.parameters
        if parameter.location == "path"
    }
    query = {parameter.name: sample(parameter) for parameter in _query(operation)}
    path = operation.path.format(**values)
    return f"{api.base_url}{path}" + (f"?{urlencode(query, safe=':')}" if query else "")


def _query(operation: Operation) -> list[Parameter]:
    """The query parameters of the example: required ones, the first filter, the page size."""
    query = [parameter for parameter in operation.parameters if parameter.location == "query"]
    filters = [
        parameter for parameter in query if parameter.filter and parameter.example is not None
    ][:1]
    sizes = [parameter for parameter in query if operation.listing and parameter.name == "limit"]
    return [
        parameter
        for parameter in query
        if parameter.required or parameter in filters or parameter in sizes
    ]


def sample(parameter: Parameter) -> Any:
    """A value for a parameter: a small limit, its example, or a value of its schema."""
    if parameter.name == "limit" and parameter.location == "query":
        return 2
    if parameter.example is not None:
        return parameter.example
    schema = parameter.schema
    if "enum" in schema:
        return schema["enum"][0]
    samples = {"integer": schema.get("minimum", 1), "number": 1, "boolean": "true"}
    formats = {"uuid": "00000000-0000-4000-8000-000000000000", "date-time": "2026-05-06T17:00:00Z"}
    return samples.get(
        schema.get("type", ""), formats.get(schema.get("format", ""), parameter.name)
    )


def _headers(api: Api, operation: Operation) -> dict[str, str]:
    needed = [
        parameter
        for parameter in operation.parameters
        if parameter.location == "header" and parameter.required
    ]
    return {
        **credential(api, operation),
        **{parameter.name: str(sample(parameter)) for parameter in needed},
    }


def credential(api: Api, operation: Operation) -> dict[str, str]:
    """The authentication header with the mock's default credential, or with a placeholder."""
    if not operation.security or not api.vendor:
        return {}
    scheme = operation.security[0]
    secret = secret_of(api, scheme) or "YOUR-CREDENTIAL"
    return {scheme.header: f"Bearer {secret}" if scheme.bearer else secret}


def secret_of(api: Api, scheme: SecurityScheme) -> str | None:
    """The mock's default credential for a security scheme; None without a mock of the API."""
    if not api.mocked or not api.vendor:
        return None
    known = [entry for _, entry in read_fixture(api.name).entries("credentials")]
    named = [entry for entry in known if entry["kind"] == scheme.name]
    return next((str(entry["secret"]) for entry in [*named, *known]), None)


def _body(api: Api, operation: Operation, own: Mapping[str, Any]) -> Any:
    if "body" in own:
        return own["body"]
    if "schema" in own:
        return api.contract.schemas[own["schema"]]["example"]
    node = resolve(api.contract.document, node_of(api.contract, operation))
    for media in node.get("requestBody", {}).get("content", {}).values():
        if "example" in media:
            return media["example"]
        return sample_of(media["schema"])
    return None


def sample_of(schema: Mapping[str, Any]) -> Any:
    """A value of a resolved schema: its example, or one made of the examples of its members."""
    if "example" in schema:
        return schema["example"]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "array":
            return [sample_of(schema.get("items", {}))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            formats = {
                "uuid": "00000000-0000-4000-8000-000000000000",
                "date-time": "2026-05-06T17:00:00Z",
                "uri": "https://example.com",
            }
            return formats.get(schema.get("format", ""), "text")
    properties = schema.get("properties", {})
    return {
        name: sample_of(member)
        for name, member in properties.items()
        if name in schema.get("required", properties)
    }


# ---- in a language


def curl(shown: Example) -> str:
    """Shell commands that print status, headers and body of the response."""
    lines = []
    if shown.first:
        first = _curl(shown.first, "-s" if shown.keep else "-s -o /dev/null")
        if shown.keep:
            first = (
                f'{shown.keep}=$({first} \\\n  | sed \'s/.*"{shown.member}":"\\([^"]*\\)".*/\\1/\')'
            )
        lines.append(first)
    lines.append(_curl(shown.call, "-i", shown.keep))
    return "\n".join(lines) + "\n"


def _curl(call: SampleCall, options: str, keep: str | None = None) -> str:
    implied = "POST" if call.body is not None else "GET"
    method = f" -X {call.method}" if call.method != implied else ""
    url = call.url.replace(ID_PLACEHOLDER, f"${keep}")
    parts = [
        f'curl {options}{method} "{url}"' if keep else f"curl {options}{method} {shlex.quote(url)}"
    ]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    if call.body is not None:
        parts.append(f"--json {shlex.quote(_json_lines(call.body, 12))}")
    return " \\\n  ".join(parts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


#: Longer JSON is split into lines.
_LINE_LENGTH = 100


def _json_lines(value: Any, used: int, indent: int = 2) -> str:
    """JSON on one line, or indented if it does not fit after the `used` columns of the line."""
    text = _json(value)
    if used + len(text) <= _LINE_LENGTH or not isinstance(value, Mapping | list) or not value:
        return text
    inner = " " * (indent + 2)
    if isinstance(value, Mapping):
        names = [f"{_json(name)}: " for name in value]
        lines = [
            f"{name}{_json_lines(member, indent + 3 + len(name), indent + 2)}"
            for name, member in zip(names, value.values(), strict=True)
        ]
    else:
        lines = [_json_lines(item, indent + 3, indent + 2) for item in value]
    start, end = "{}" if isinstance(value, Mapping) else "[]"
    return f"{start}\n" + ",\n".join(f"{inner}{line}" for line in lines) + f"\n{' ' * indent}{end}"


def python(shown: Example) -> str:
    """A program with `requests` that prints status and body of the response."""
    lines = ["import requests", ""]
    if shown.first:
        lines += _python(shown.first, "made = " if shown.keep else "", None)
        lines += [f'{shown.keep} = made.json()["{shown.member}"]', ""] if shown.keep else [""]
    lines += [
        *_python(shown.call, "answer = ", shown.keep),
        "print(answer.status_code, answer.json())",
    ]
    return "\n".join(lines) + "\n"


def _python(call: SampleCall, name: str, keep: str | None) -> list[str]:
    url = call.url.replace(ID_PLACEHOLDER, f"{{{keep}}}")
    lines = [f"{name}requests.{call.method.lower()}(", f'    {"f" if keep else ""}"{url}",']
    if call.headers:
        lines.append(f"    headers={_python_value(call.headers)},")
    if call.body is not None:
        lines.append(f"    json={_python_value(call.body)},")
    return [*lines, "    timeout=10,", ")"]


def _python_value(value: Any, indent: int = 4) -> str:
    """A value as a Python literal, split into lines if it is long."""
    text = _python_text(value)
    if len(text) + indent <= 90 or not isinstance(value, Mapping | list) or not value:
        return text
    inner = " " * (indent + 4)
    if isinstance(value, Mapping):
        lines = [
            f"{inner}{_json(name)}: {_python_value(member, indent + 4)},"
            for name, member in value.items()
        ]
        return "\n".join(["{", *lines, " " * indent + "}"])
    lines = [f"{inner}{_python_value(item, indent + 4)}," for item in value]
    return "\n".join(["[", *lines, " " * indent + "]"])


def _python_text(value: Any) -> str:
    if isinstance(value, Mapping):
        members = (f"{_json(name)}: {_python_text(member)}" for name, member in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python_text, value)) + "]"
    return _json(value) if isinstance(value, str) else repr(value)


def javascript(shown: Example) -> str:
    """A module with `fetch` that prints status and body of the response."""
    lines = []
    if shown.first:
        lines += _javascript(shown.first, "const made = " if shown.keep else "", None)
        keep = [f"const {shown.keep} = (await made.json()).{shown.member};"] if shown.keep else []
        lines += [*keep, ""]
    lines += [
        *_javascript(shown.call, "const answer = ", shown.keep),
        "console.log(answer.status, await answer.json());",
    ]
    return "\n".join(lines) + "\n"


def _javascript(call: SampleCall, name: str, keep: str | None) -> list[str]:
    url = f"`{call.url.replace(ID_PLACEHOLDER, f'${{{keep}}}')}`" if keep else _json(call.url)
    headers = {
        **call.headers,
        **({"Content-Type": "application/json"} if call.body is not None else {}),
    }
    options = [f"  method: {_json(call.method)},"] if call.method != "GET" else []
    if headers:
        options.append(f"  headers: {_javascript_value(headers, 2)},")
    if call.body is not None:
        options.append(f"  body: JSON.stringify({_javascript_value(call.body, 2)}),")
    if not options:
        return [f"{name}await fetch({url});"]
    return [f"{name}await fetch({url}, {{", *options, "});"]


def _javascript_value(value: Any, indent: int) -> str:
    """A value as JSON, which is JavaScript, split into lines if it is long."""
    text = _json(value)
    if len(text) + indent <= 80 or not isinstance(value, Mapping | list):
        return text
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * indent)


@dataclass(frozen=True)
class Language:
    """A language for examples; `lexer` is the name that Pygments gives it."""

    name: str
    lexer: str
    write: Any


LANGUAGES = (
    Language("curl", "bash", curl),
    Language("Python", "python", python),
    Language("JavaScript", "javascript", javascript),
)


def at(shown: Example, url: str) -> Example:
    """The same calls, to a mock at another URL."""
    first = replace(shown.first, url=shown.first.url.replace(MOCK, url)) if shown.first else None
    call = replace(shown.call, url=shown.call.url.replace(MOCK, url))
    return replace(shown, call=call, first=first)
