"""For each operation a program that calls it: as data, and as curl, Python and JavaScript."""

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
from session_contracts.docs.facts import node_of
from session_contracts.docs.model import MOCK, Api
from session_contracts.mock_server.fixtures import read_fixture
from session_contracts.openapi import Lifecycle, Operation
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Parameter, SecurityScheme

#: In a URL, where the id stands of what was prepared.
HOLE = "\0"


@dataclass(frozen=True)
class Call:
    """One request. In `url` a NUL stands for the id that the example's first step told. `body` None: there is none."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Example:
    """A call, and a first step that it may need. `keep`: what the `member` of the first step's answer is called afterwards."""

    call: Call
    first: Call | None = None
    keep: str | None = None
    member: str = ""


# ---- which call


def example(api: Api, operation: Operation) -> Example:
    """A call that succeeds on the mock as it is when it starts."""
    own = _particular(api.name).get(operation.id, {}) if api.mocked else {}
    prepared = _prepared(api, operation, own.get("params", {}))
    call = Call(
        operation.method,
        _url(api, operation, own.get("path", {}), prepared is not None),
        _headers(api, operation),
        _body(api, operation, own),
    )
    if "first" in own:
        step = own["first"]
        return Example(
            call, Call(step["method"], api.base_url + step["path"], {}, step.get("body"))
        )
    if prepared is None:
        return Example(call)
    table = _identified(api, operation)
    return Example(call, prepared, table.name.lower(), table.field)


@cache
def _particular(api: str) -> Mapping[str, Any]:
    told = yaml.safe_load((Path(__file__).parent / "examples.yaml").read_text(encoding="utf-8"))
    found: Mapping[str, Any] = told.get(api, {})
    return found


def _identified(api: Api, operation: Operation) -> Lifecycle:
    table = api.contract.lifecycle_of(operation.id)
    assert table is not None, "only what acts on a record is prepared"
    return table


def _prepared(api: Api, operation: Operation, params: Mapping[str, Any]) -> Call | None:
    """What moves a record is shown with a fresh one, so that the example can be repeated; all else with a record that is there."""
    table = api.contract.lifecycle_of(operation.id)
    if not api.mocked or table is None or not table.transitions[operation.id].moves:
        return None
    return placing(api, table, table.transitions[operation.id].moves[0].source, **params)


def placing(api: Api, table: Lifecycle, state: str, **params: Any) -> Call:
    """The call of the mock's control API that makes a record in this state."""
    words = next(words for words in words_of(api) if words.resource == table.name)
    fields = {name: values[0] for name, values in table.states.get(state, {}).items()}
    wanted = {**words.placing.get(state, fields), **params}
    return setup(api, words.state, wanted)


def setup(api: Api, state: str, params: Mapping[str, Any]) -> Call:
    body = {"action": "setup", "state": state, **({"params": dict(params)} if params else {})}
    return Call("POST", f"{MOCK}/_mock/{api.name}/states", {}, body)


def words_of(api: Api) -> tuple[SuiteProfile, ...]:
    """What the API calls its states; nothing where the suite does not know it."""
    return profiles(api.name) if api.mocked and api.vendor else ()


def _url(api: Api, operation: Operation, given: Mapping[str, str], prepared: bool) -> str:
    table = api.contract.lifecycle_of(operation.id)
    hole = table.parameter if prepared and table else ""
    values = {
        parameter.name: HOLE
        if parameter.name == hole
        else quote(str(given.get(parameter.name, sample(parameter))), safe="")
        for parameter in operation.parameters
        if parameter.location == "path"
    }
    query = {parameter.name: sample(parameter) for parameter in _asked(operation)}
    path = operation.path.format(**values)
    return f"{api.base_url}{path}" + (f"?{urlencode(query, safe=':')}" if query else "")


def _asked(operation: Operation) -> list[Parameter]:
    """The query parameters that an example shows: what is required; of a list its first filter, and how many are wanted."""
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
    """A value of a parameter: few of what can be many, its example, or what its schema tells."""
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
    """The header that says who calls: with the mock's default credential, or a word in its place."""
    if not operation.security or not api.vendor:
        return {}
    scheme = operation.security[0]
    secret = secret_of(api, scheme) or "YOUR-CREDENTIAL"
    return {scheme.header: f"Bearer {secret}" if scheme.bearer else secret}


def secret_of(api: Api, scheme: SecurityScheme) -> str | None:
    """The mock's default credential of this kind."""
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
    """A value of a resolved schema: its example, or made of those of its members."""
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


# ---- in which language


def curl(shown: Example) -> str:
    """For a terminal; prints the status, the headers and the body of the answer."""
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


def _curl(call: Call, options: str, keep: str | None = None) -> str:
    implied = "POST" if call.body is not None else "GET"
    method = f" -X {call.method}" if call.method != implied else ""
    url = call.url.replace(HOLE, f"${keep}")
    parts = [
        f'curl {options}{method} "{url}"' if keep else f"curl {options}{method} {shlex.quote(url)}"
    ]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    if call.body is not None:
        parts.append(f"--json {shlex.quote(_json_lines(call.body, 12))}")
    return " \\\n  ".join(parts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


#: What is longer is broken into lines, where it can be.
_WIDEST = 100


def _json_lines(value: Any, used: int, indent: int = 2) -> str:
    """JSON in one line, or in lines where it does not fit behind what is `used` of the line."""
    text = _json(value)
    if used + len(text) <= _WIDEST or not isinstance(value, Mapping | list) or not value:
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
    """With `requests`; prints the status and the body of the answer."""
    lines = ["import requests", ""]
    if shown.first:
        lines += _python(shown.first, "made = " if shown.keep else "", None)
        lines += [f'{shown.keep} = made.json()["{shown.member}"]', ""] if shown.keep else [""]
    lines += [
        *_python(shown.call, "answer = ", shown.keep),
        "print(answer.status_code, answer.json())",
    ]
    return "\n".join(lines) + "\n"


def _python(call: Call, name: str, keep: str | None) -> list[str]:
    url = call.url.replace(HOLE, f"{{{keep}}}")
    lines = [f"{name}requests.{call.method.lower()}(", f'    {"f" if keep else ""}"{url}",']
    if call.headers:
        lines.append(f"    headers={_python_value(call.headers)},")
    if call.body is not None:
        lines.append(f"    json={_python_value(call.body)},")
    return [*lines, "    timeout=10,", ")"]


def _python_value(value: Any, indent: int = 4) -> str:
    """As `json.dumps` writes it where that is Python too; longer ones in lines."""
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
    return "\n".join(
        ["[", *(f"{inner}{_python_value(item, indent + 4)}," for item in value), " " * indent + "]"]
    )


def _python_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{_json(name)}: {_python_text(member)}" for name, member in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_python_text, value)) + "]"
    return _json(value) if isinstance(value, str) else repr(value)


def javascript(shown: Example) -> str:
    """With `fetch`, as a module; prints the status and the body of the answer."""
    lines = []
    if shown.first:
        lines += _javascript(shown.first, "const made = " if shown.keep else "", None)
        lines += (
            [f"const {shown.keep} = (await made.json()).{shown.member};", ""]
            if shown.keep
            else [""]
        )
    lines += [
        *_javascript(shown.call, "const answer = ", shown.keep),
        "console.log(answer.status, await answer.json());",
    ]
    return "\n".join(lines) + "\n"


def _javascript(call: Call, name: str, keep: str | None) -> list[str]:
    url = f"`{call.url.replace(HOLE, f'${{{keep}}}')}`" if keep else _json(call.url)
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
    """JSON is JavaScript; longer values in lines."""
    text = _json(value)
    if len(text) + indent <= 80 or not isinstance(value, Mapping | list):
        return text
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * indent)


@dataclass(frozen=True)
class Language:
    """One way to write an example. `lexer` is Pygments' name of what it is written in."""

    name: str
    lexer: str
    write: Any


LANGUAGES = (
    Language("curl", "bash", curl),
    Language("Python", "python", python),
    Language("JavaScript", "javascript", javascript),
)


def at(shown: Example, url: str) -> Example:
    """The same calls, of a mock at another place."""
    first = replace(shown.first, url=shown.first.url.replace(MOCK, url)) if shown.first else None
    return replace(
        shown, call=replace(shown.call, url=shown.call.url.replace(MOCK, url)), first=first
    )
