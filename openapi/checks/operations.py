"""Operations: what each must have, and what its rules say of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from session_contracts.openapi.autofix import Autofix, Edit
from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Finding, Stage, CheckTarget
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Operation
from session_contracts.openapi.source import Path_


def _title(path: Path_) -> str:
    return f"{str(path[2]).upper()} {path[1]}"


def named(target: CheckTarget) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, operation in walk.operations(target.source):
        name = operation.get("operationId")
        if not name:
            yield Finding(
                path, f"{_title(path)} has no operationId", "write one, as in 'reviewSession'"
            )
        elif name in seen:
            yield Finding(
                (*path, "operationId"),
                f"operationId {name!r} is used twice",
                "give each operation its own",
            )
        seen.add(str(name))


def security_schemes(target: CheckTarget) -> Iterator[Finding]:
    """Who calls is told in a header: by a bearer token, or by a key; and what is needed is declared."""
    document = target.source.value
    declared = document.get("components", {}).get("securitySchemes", {})
    for name, written in declared.items():
        scheme = resolve(document, written)
        bearer = scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
        if (
            not name.startswith("x-")
            and not bearer
            and not (scheme.get("type") == "apiKey" and scheme.get("in") == "header")
        ):
            where = ("components", "securitySchemes", name)
            what = f"security scheme {name!r} is neither a bearer token nor a key in a header"
            yield Finding(
                where, what, "write 'type: http, scheme: bearer', or 'type: apiKey, in: header'"
            )
    for path, needs in _needs(target):
        for name in sorted({name for need in needs for name in need} - set(declared)):
            fix = walk.closest(name, declared, "declare it under components.securitySchemes")
            yield Finding(path, f"unknown security scheme {name!r}", fix)


def _needs(target: CheckTarget) -> Iterator[tuple[Path_, Any]]:
    if "security" in target.source.value:
        yield ("security",), target.source.value["security"]
    for path, operation in walk.operations(target.source):
        if "security" in operation:
            yield (*path, "security"), operation["security"]


def parameters_have_schemas(target: CheckTarget) -> Iterator[Finding]:
    for path, node in _parameters(target):
        if "schema" not in node:
            yield Finding(
                path,
                f"parameter {node['name']!r} has no schema",
                "replace 'content' by 'schema'",
            )


def _parameters(target: CheckTarget) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Those of operations and of paths, with what they refer to."""
    document = target.source.value
    for path, item in document["paths"].items():
        if path.startswith("x-"):
            continue
        for key, holder in (
            ("", item),
            *((method, item.get(method, {})) for method in walk.METHODS),
        ):
            for index, node in enumerate(holder.get("parameters", [])):
                where: Path_ = ("paths", path, *([key] if key else []), "parameters", index)
                yield where, resolve(document, node)


def path_parameters(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in _operations(target):
        wanted = re.findall(r"{([^{}]+)}", operation.path)
        declared = [
            parameter.name for parameter in operation.parameters if parameter.location == "path"
        ]
        for name in dict.fromkeys(wanted):
            if name not in declared:
                yield Finding(
                    path,
                    f"{operation.id} has no parameter for {{{name}}} of its path",
                    f"add parameter {name!r}, in: path",
                )
        for name in dict.fromkeys(declared):
            if name not in wanted:
                fix = walk.closest(name, wanted, "add it to the path, or remove it")
                yield Finding(
                    path,
                    f"{operation.id} has a path parameter {name!r} that is not in its path",
                    fix,
                )


def paths_unique(target: CheckTarget) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path in target.source.value["paths"]:
        if path.startswith("x-"):
            continue
        first = seen.setdefault(re.sub(r"{[^{}]*}", "{}", path), path)
        if first != path:
            first = walk.shortened(first, 80)
            what = f"{walk.shortened(path, 80)} is the same path as {first} except for names of parameters"
            yield Finding(("paths", path), what, f"move its operations to {first}")


def parameters_unique(target: CheckTarget) -> Iterator[Finding]:
    seen: set[tuple[Path_, str, str]] = set()
    for path, node in _parameters(target):
        key = (path[:-1], node["in"], node["name"])
        if key in seen:
            yield Finding(path, f"parameter {node['name']!r} is declared twice", "keep one")
        seen.add(key)


def _operations(target: CheckTarget) -> Iterator[tuple[Path_, Operation]]:
    for operation in target.contract.operations.values():
        yield ("paths", operation.path, operation.method.lower()), operation


def summaries(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in _operations(target):
        if not operation.summary.strip():
            yield Finding(
                path,
                f"{operation.id} has no summary",
                "add a short one, as in 'List sessions'",
            )


def successes(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in _operations(target):
        if not any(200 <= status < 300 for status in operation.responses) and not _has_range(
            target, path, "2XX"
        ):
            yield Finding(
                (*path, "responses"),
                f"{operation.id} declares no success",
                "add a 2xx response",
            )


def errors(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in _operations(target):
        if not any(400 <= status < 600 for status in operation.responses) and not _has_range(
            target, path, "4XX", "5XX", "default"
        ):
            yield Finding(
                (*path, "responses"),
                f"{operation.id} declares no error",
                "add its error responses",
            )


def _has_range(target: CheckTarget, path: Path_, *names: str) -> bool:
    return any(name in walk.at(target.source.value, (*path, "responses")) for name in names)


def exact_statuses(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in walk.operations(target.source):
        for status in operation["responses"]:
            if status == "default" or status.endswith("XX"):
                what = f"{status!r} is not an exact status, so the mock and the suite ignore it"
                yield Finding((*path, "responses", status), what, "add a response for each status")


def quoted_statuses(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in walk.operations(target.source):
        for status in operation["responses"]:
            place = target.source.places.get((*path, "responses", status))
            if place and place.key and place.key.plain and status.isdigit():
                edit = Edit(place.key.start, place.key.end, f'"{status}"')
                finding = Finding(
                    (*path, "responses", status),
                    f"{status} is a number; keys must be strings",
                    f'write "{status}"',
                )
                # The reader takes it for text anyway, so the document stays what it is.
                yield Finding(
                    finding.path, finding.what, finding.fix, Autofix((edit,), lambda document: None)
                )


def other_methods(target: CheckTarget) -> Iterator[Finding]:
    for path, item in target.source.value["paths"].items():
        for method in ("head", "options", "trace"):
            if method in item and not path.startswith("x-"):
                what = f"{method.upper()} {path} is neither served nor verified"
                yield Finding(("paths", path, method), what, "remove it, or do not rely on it")


def id_style(target: CheckTarget) -> Iterator[Finding]:
    for path, operation in _operations(target):
        if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", operation.id):
            fix = "use camelCase, as in 'reviewSession'"
            yield Finding(
                (*path, "operationId"),
                f"operationId {operation.id!r} is not a verb and a noun",
                fix,
            )


def tags(target: CheckTarget) -> Iterator[Finding]:
    document = target.source.value
    declared = [tag["name"] for tag in document.get("tags", [])]
    used = []
    for path, operation in walk.operations(target.source):
        for index, tag in enumerate(operation.get("tags", [])):
            used.append(tag)
            if tag not in declared:
                fix = walk.closest(tag, declared, "add it to the root's 'tags'")
                yield Finding((*path, "tags", index), f"tag {tag!r} has no description", fix)
    for index, tag in enumerate(declared):
        if tag not in used:
            yield Finding(
                ("tags", index), f"no operation has the tag {tag!r}", "use it, or remove it"
            )


def rules_declared(target: CheckTarget) -> Iterator[Finding]:
    """The first status of a rule is the mock's answer; successes are for the table and the handlers to say."""
    contract = target.contract
    for path, operation in _operations(target):
        for rule in dict.fromkeys(_governing(target, operation)):
            statuses = contract.rules[rule].statuses if rule in contract.rules else ()
            if (
                statuses[:1] > (399,)
                and statuses[0] not in operation.responses
                and not _covered(target, path, statuses[0])
            ):
                what = f"{operation.id} does not declare {statuses[0]}, the status of {rule}"
                yield Finding((*path, "responses"), what, f'add a response "{statuses[0]}"')


def _covered(target: CheckTarget, path: Path_, status: int) -> bool:
    return _has_range(target, path, f"{status // 100}XX", "default")


def _governing(target: CheckTarget, operation: Operation) -> Iterator[str]:
    """The rules that may answer a call: its own, of its scope, of what it takes, of who calls, and of how often."""
    contract = target.contract
    yield from (rule.id for rule in contract.rules.values() if rule.operation == operation.id)
    if operation.scope:
        yield operation.scope.rule
    for parameter in operation.parameters:
        yield from parameter.rules.ids.values()
        yield from _inside(parameter.schema)
    if operation.body:
        yield from operation.body.rules.ids.values()
        yield from (rule for schema in operation.body.schemas.values() for rule in _inside(schema))
    for scheme in operation.security:
        # `other` is of operations that take another scheme only.
        yield from (rule for wrong, rule in scheme.rules.ids.items() if wrong != "other")
    if contract.rate_limits and contract.rate_limits.limits(operation.id):
        yield contract.rate_limits.rule


def _inside(schema: Mapping[str, Any]) -> Iterator[str]:
    for _, key, value in walk.extensions(schema):
        if key == "x-rule":
            yield from [value] if isinstance(value, str) else value.values()


_LISTED = """\
paths:
  /pets:
    get:
"""


def _list_pets(members: str) -> str:
    return _LISTED + "".join(f"      {line}\n" for line in members.splitlines())


_PETS_BY = """\
paths:
  /pets/{id}:
    get:
      operationId: getPet
      summary: Get a pet
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200": {description: The pet.}
        "404": {description: Unknown pet.}
"""
_OK = 'responses:\n  "200": {description: The pets.}\n  "401": {description: Unknown key.}\n'

CHECKS = (
    Check(
        "operation-id",
        Stage.BUILD,
        why="Tables, tests and pages refer to operations by operationId, which must be unique.",
        bad=_list_pets(f"summary: List pets\n{_OK}"),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="get:",
        find=named,
        within=example.PLAIN,
    ),
    Check(
        "security-scheme",
        Stage.BUILD,
        why="The mock and the suite support bearer tokens and keys in a header; required schemes must be declared.",
        bad="""\
security: [{token: []}]
components:
  securitySchemes:
    token: {type: http, scheme: basic}
""",
        good="""\
security: [{token: []}]
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
""",
        at="token: {type",
        find=security_schemes,
        within=example.PLAIN,
    ),
    Check(
        "parameter-schema",
        Stage.BUILD,
        why="The mock parses a parameter by its schema.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nparameters:\n"
            f"  - {{name: filter, in: query, content: {{application/json: {{schema: {{type: object}}}}}}}}\n{_OK}"
        ),
        good=_list_pets(
            f"operationId: listPets\nsummary: List pets\nparameters:\n  - {{name: filter, in: query, schema: {{type: string}}}}\n{_OK}"
        ),
        at="{name: filter",
        find=parameters_have_schemas,
        within=example.PLAIN,
    ),
    Check(
        "path-parameter",
        Stage.LINT,
        why="Each {name} in a path needs a parameter, and each path parameter a {name}.",
        bad="""\
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      summary: Get a pet
      responses:
        "200": {description: The pet.}
        "404": {description: Unknown pet.}
""",
        good="""\
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      summary: Get a pet
      parameters:
        - {name: petId, in: path, required: true, schema: {type: string}}
      responses:
        "200": {description: The pet.}
        "404": {description: Unknown pet.}
""",
        at="get:",
        find=path_parameters,
        within=example.PLAIN,
    ),
    Check(
        "parameter-unique",
        Stage.LINT,
        why="Two parameters with the same name and location contradict each other.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nparameters:\n"
            "  - {name: page, in: query, schema: {type: integer}}\n"
            f"  - {{name: page, in: query, schema: {{type: string}}}}\n{_OK}"
        ),
        good=_list_pets(
            f"operationId: listPets\nsummary: List pets\nparameters:\n  - {{name: page, in: query, schema: {{type: integer}}}}\n{_OK}"
        ),
        at="{name: page, in: query, schema: {type: string",
        find=parameters_unique,
        within=example.PLAIN,
    ),
    Check(
        "path-unique",
        Stage.LINT,
        why="Paths that differ only in names of parameters are the same, so a request matches both.",
        bad=_PETS_BY + "  /pets/{name}: {}\n",
        good=_PETS_BY + "  /pets/{id}/name: {}\n",
        at="/pets/{name}",
        find=paths_unique,
        within=example.PLAIN,
    ),
    Check(
        "operation-summary",
        Stage.LINT,
        why="The summary is the title of the operation on pages and in reports.",
        bad=_list_pets(f"operationId: listPets\n{_OK}"),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="get:",
        find=summaries,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "operation-success",
        Stage.LINT,
        why="Without a 2xx response the mock cannot respond.",
        bad=_list_pets(
            'operationId: listPets\nsummary: List pets\nresponses:\n  "401": {description: Unknown key.}\n'
        ),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="responses",
        find=successes,
        within=example.PLAIN,
    ),
    Check(
        "operation-errors",
        Stage.LINT,
        why="Every operation refuses some requests; clients must know the error responses.",
        bad=_list_pets(
            'operationId: listPets\nsummary: List pets\nresponses:\n  "200": {description: The pets.}\n'
        ),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="responses",
        find=errors,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "rule-declared",
        Stage.LINT,
        why="The mock responds with the first status that a rule allows, so operations that may refuse must declare it.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nx-rules:\n  - id: pets.list.busy\n    level: documented\n"
            "    statement: Pets are not listed at night.\n    source: https://pets.example/docs#list\n"
            f"    allows: {{status: [503]}}\n{_OK}"
        ),
        good=_list_pets(
            "operationId: listPets\nsummary: List pets\nx-rules:\n  - id: pets.list.busy\n    level: documented\n"
            "    statement: Pets are not listed at night.\n    source: https://pets.example/docs#list\n"
            f'    allows: {{status: [503]}}\n{_OK}  "503": {{description: It is night.}}\n'
        ),
        at="responses",
        find=rules_declared,
        within=example.PLAIN,
    ),
    Check(
        "status-exact",
        Stage.LINT,
        why="A range or default does not distinguish a documented response from a server error.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nresponses:\n"
            '  "200": {description: The pets.}\n  default: {description: Anything else.}\n'
        ),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="default",
        find=exact_statuses,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "status-quoted",
        Stage.LINT,
        why="Without quotes a status is a number in YAML; OpenAPI and many tools require a string.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nresponses:\n"
            '  200: {description: The pets.}\n  "401": {description: Unknown key.}\n'
        ),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="200",
        find=quoted_statuses,
        severity=Severity.WARNING,
        within=example.PLAIN,
        fixable=True,
    ),
    Check(
        "operation-method",
        Stage.LINT,
        why="The mock and the suite support GET, PUT, POST, DELETE and PATCH.",
        bad="""\
paths:
  /pets:
    options:
      responses:
        "200": {description: What is possible.}
""",
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="options",
        find=other_methods,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "operation-id-style",
        Stage.LINT,
        why="An operationId names a function and a page; a verb and a noun in camelCase fit both.",
        bad=_list_pets(f"operationId: pets_list\nsummary: List pets\n{_OK}"),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="operationId",
        find=id_style,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "tag-described",
        Stage.LINT,
        why="Pages are grouped by tags: each needs a description and an operation.",
        bad="tags:\n  - {name: pets, description: Everything on pets.}\n"
        + _list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        good="tags:\n  - {name: pets, description: Everything on pets.}\n"
        + _list_pets(f"operationId: listPets\ntags: [pets]\nsummary: List pets\n{_OK}"),
        at="{name: pets",
        find=tags,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
)
