"""Operations: what each must have, and what its rules say of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from session_contracts.openapi.autofix import Autofix, Edit
from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Operation
from session_contracts.openapi.source import Path_


def _title(path: Path_) -> str:
    return f"{str(path[2]).upper()} {path[1]}"


def named(draft: Draft) -> Iterator[Finding]:
    """Operations without an operationId, or with a repeated one."""
    seen: set[str] = set()
    for path, operation in walk.operations(draft.source):
        name = operation.get("operationId")
        if not name:
            yield Finding(
                path, f"{_title(path)} has no operationId", "write one, as in 'reviewSession'"
            )
        elif name in seen:
            yield Finding(
                (*path, "operationId"),
                f"operationId {name!r} appears twice",
                "give each operation its own",
            )
        seen.add(str(name))


def security_schemes(draft: Draft) -> Iterator[Finding]:
    """Security schemes that are not declared, or not a bearer token or key in a header."""
    document = draft.source.value
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
    for path, needs in _needs(draft):
        for name in sorted({name for need in needs for name in need} - set(declared)):
            fix = walk.closest(name, declared, "declare it under components.securitySchemes")
            yield Finding(path, f"there is no security scheme {name!r}", fix)


def _needs(draft: Draft) -> Iterator[tuple[Path_, Any]]:
    if "security" in draft.source.value:
        yield ("security",), draft.source.value["security"]
    for path, operation in walk.operations(draft.source):
        if "security" in operation:
            yield (*path, "security"), operation["security"]


def parameters_have_schemas(draft: Draft) -> Iterator[Finding]:
    """Parameters described by `content` instead of a schema."""
    for path, node in _parameters(draft):
        if "schema" not in node:
            yield Finding(
                path,
                f"parameter {node['name']!r} has no schema",
                "write 'schema', instead of 'content', which is not read",
            )


def _parameters(draft: Draft) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Those of operations and of paths, with what they refer to."""
    document = draft.source.value
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


def path_parameters(draft: Draft) -> Iterator[Finding]:
    """Differences between the parameters of a path and those that are declared."""
    for path, operation in _operations(draft):
        wanted = re.findall(r"{([^{}]+)}", operation.path)
        declared = [
            parameter.name for parameter in operation.parameters if parameter.location == "path"
        ]
        for name in dict.fromkeys(wanted):
            if name not in declared:
                yield Finding(
                    path,
                    f"{operation.id} does not declare {{{name}}} of its path",
                    f"add parameter {name!r}, in: path",
                )
        for name in dict.fromkeys(declared):
            if name not in wanted:
                fix = walk.closest(name, wanted, "add it to the path, or remove it")
                yield Finding(
                    path,
                    f"{operation.id} has a parameter {name!r} that its path does not have",
                    fix,
                )


def paths_unique(draft: Draft) -> Iterator[Finding]:
    """Paths that differ only in the names of their parameters."""
    seen: dict[str, str] = {}
    for path in draft.source.value["paths"]:
        if path.startswith("x-"):
            continue
        first = seen.setdefault(re.sub(r"{[^{}]*}", "{}", path), path)
        if first != path:
            first = walk.shortened(first, 80)
            what = (
                f"{walk.shortened(path, 80)} is the same path as {first}: only the names of "
                "parameters differ"
            )
            yield Finding(("paths", path), what, f"put its operations under {first}")


def parameters_unique(draft: Draft) -> Iterator[Finding]:
    """Parameters that are declared twice at the same place."""
    seen: set[tuple[Path_, str, str]] = set()
    for path, node in _parameters(draft):
        key = (path[:-1], node["in"], node["name"])
        if key in seen:
            yield Finding(path, f"parameter {node['name']!r} appears twice", "keep one")
        seen.add(key)


def _operations(draft: Draft) -> Iterator[tuple[Path_, Operation]]:
    for operation in draft.contract.operations.values():
        yield ("paths", operation.path, operation.method.lower()), operation


def summaries(draft: Draft) -> Iterator[Finding]:
    """Operations without a summary."""
    for path, operation in _operations(draft):
        if not operation.summary.strip():
            yield Finding(
                path,
                f"{operation.id} has no summary",
                "describe it in a few words, as in 'List sessions'",
            )


def successes(draft: Draft) -> Iterator[Finding]:
    """Operations that declare no success."""
    for path, operation in _operations(draft):
        if not any(200 <= status < 300 for status in operation.responses) and not _has_range(
            draft, path, "2XX"
        ):
            yield Finding(
                (*path, "responses"),
                f"{operation.id} declares no success",
                "declare its 2xx response",
            )


def errors(draft: Draft) -> Iterator[Finding]:
    """Operations that declare no error."""
    for path, operation in _operations(draft):
        if not any(400 <= status < 600 for status in operation.responses) and not _has_range(
            draft, path, "4XX", "5XX", "default"
        ):
            yield Finding(
                (*path, "responses"),
                f"{operation.id} declares no error",
                "declare the statuses with which it refuses a call",
            )


def _has_range(draft: Draft, path: Path_, *names: str) -> bool:
    return any(name in walk.at(draft.source.value, (*path, "responses")) for name in names)


def exact_statuses(draft: Draft) -> Iterator[Finding]:
    """Ranges of statuses, and default responses."""
    for path, operation in walk.operations(draft.source):
        for status in operation["responses"]:
            if status == "default" or status.endswith("XX"):
                what = f"{status!r} is not a status, so the mock and the suite ignore it"
                yield Finding(
                    (*path, "responses", status), what, "declare each status that it answers"
                )


def quoted_statuses(draft: Draft) -> Iterator[Finding]:
    """Statuses that are numbers in YAML."""
    for path, operation in walk.operations(draft.source):
        for status in operation["responses"]:
            place = draft.source.places.get((*path, "responses", status))
            if place and place.key and place.key.plain and status.isdigit():
                edit = Edit(place.key.start, place.key.end, f'"{status}"')
                finding = Finding(
                    (*path, "responses", status),
                    f"{status} is a number, but keys must be strings",
                    f'write "{status}"',
                )
                # The reader takes it for text anyway, so the document stays what it is.
                yield Finding(
                    finding.path, finding.what, finding.fix, Autofix((edit,), lambda document: None)
                )


def other_methods(draft: Draft) -> Iterator[Finding]:
    """Methods that are neither served nor verified."""
    for path, item in draft.source.value["paths"].items():
        for method in ("head", "options", "trace"):
            if method in item and not path.startswith("x-"):
                what = f"{method.upper()} {path} is neither served nor verified"
                yield Finding(("paths", path, method), what, "remove it, or do not rely on it")


def id_style(draft: Draft) -> Iterator[Finding]:
    """An operationId that is not a verb and a noun in camel case."""
    for path, operation in _operations(draft):
        if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", operation.id):
            fix = "write a verb and a noun in camel case, as in 'reviewSession'"
            yield Finding(
                (*path, "operationId"),
                f"operationId {operation.id!r} is not a verb and a noun",
                fix,
            )


def tags(draft: Draft) -> Iterator[Finding]:
    """Tags that are used but not described, or described but not used."""
    document = draft.source.value
    declared = [tag["name"] for tag in document.get("tags", [])]
    used = []
    for path, operation in walk.operations(draft.source):
        for index, tag in enumerate(operation.get("tags", [])):
            used.append(tag)
            if tag not in declared:
                fix = walk.closest(tag, declared, "add it to 'tags' of the root")
                yield Finding((*path, "tags", index), f"tag {tag!r} is not described", fix)
    for index, tag in enumerate(declared):
        if tag not in used:
            yield Finding(
                ("tags", index), f"no operation has the tag {tag!r}", "give it to one, or remove it"
            )


def rules_declared(draft: Draft) -> Iterator[Finding]:
    """Rules whose first status, which the mock answers, the operation does not declare."""
    contract = draft.contract
    for path, operation in _operations(draft):
        for rule in dict.fromkeys(_governing(draft, operation)):
            statuses = contract.rules[rule].statuses if rule in contract.rules else ()
            if (
                statuses[:1] > (399,)
                and statuses[0] not in operation.responses
                and not _covered(draft, path, statuses[0])
            ):
                what = (
                    f"{operation.id} is answered {statuses[0]} by {rule}, which it does not declare"
                )
                yield Finding((*path, "responses"), what, f'describe "{statuses[0]}" there')


def _covered(draft: Draft, path: Path_, status: int) -> bool:
    return _has_range(draft, path, f"{status // 100}XX", "default")


def _governing(draft: Draft, operation: Operation) -> Iterator[str]:
    """The rules that may refuse a call: its own, of scope, input, credential and rate."""
    contract = draft.contract
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
        "404": {description: No such pet.}
"""
_OK = 'responses:\n  "200": {description: The pets.}\n  "401": {description: The key is unknown.}\n'

CHECKS = (
    Check(
        "operation-id",
        Stage.BUILD,
        why=(
            "Lifecycles, tests and pages refer to an operation by its operationId, so it must "
            "be unique."
        ),
        bad=_list_pets(f"summary: List pets\n{_OK}"),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="get:",
        find=named,
        within=example.PLAIN,
    ),
    Check(
        "security-scheme",
        Stage.BUILD,
        why=(
            "The mock and the suite support credentials in a header: a bearer token or a key. "
            "Each must be declared."
        ),
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
        why="The mock and the suite read a parameter by its schema.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            "parameters:\n"
            "  - {name: filter, in: query, "
            f"content: {{application/json: {{schema: {{type: object}}}}}}}}\n{_OK}"
        ),
        good=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            f"parameters:\n  - {{name: filter, in: query, schema: {{type: string}}}}\n{_OK}"
        ),
        at="{name: filter",
        find=parameters_have_schemas,
        within=example.PLAIN,
    ),
    Check(
        "path-parameter",
        Stage.LINT,
        why=(
            "Each {name} of a path must be declared as a parameter, and each path parameter "
            "must be in the path."
        ),
        bad="""\
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      summary: Get a pet
      responses:
        "200": {description: The pet.}
        "404": {description: There is no such pet.}
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
        "404": {description: There is no such pet.}
""",
        at="get:",
        find=path_parameters,
        within=example.PLAIN,
    ),
    Check(
        "parameter-unique",
        Stage.LINT,
        why="If two parameters have the same name and location, tools disagree on which counts.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            "parameters:\n"
            "  - {name: page, in: query, schema: {type: integer}}\n"
            f"  - {{name: page, in: query, schema: {{type: string}}}}\n{_OK}"
        ),
        good=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            f"parameters:\n  - {{name: page, in: query, schema: {{type: integer}}}}\n{_OK}"
        ),
        at="{name: page, in: query, schema: {type: string",
        find=parameters_unique,
        within=example.PLAIN,
    ),
    Check(
        "path-unique",
        Stage.LINT,
        why="Two paths that differ only in the names of their parameters match the same calls.",
        bad=_PETS_BY + "  /pets/{name}: {}\n",
        good=_PETS_BY + "  /pets/{id}/name: {}\n",
        at="/pets/{name}",
        find=paths_unique,
        within=example.PLAIN,
    ),
    Check(
        "operation-summary",
        Stage.LINT,
        why="The summary is the title of an operation on its page and in reports.",
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
        why=(
            "Without a 2xx response the purpose of an operation is unclear, and the mock has "
            "no answer."
        ),
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            'responses:\n  "401": {description: The key is unknown.}\n'
        ),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="responses",
        find=successes,
        within=example.PLAIN,
    ),
    Check(
        "operation-errors",
        Stage.LINT,
        why="Every operation refuses some calls, and clients need to know how.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            'responses:\n  "200": {description: The pets.}\n'
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
        why=(
            "The mock answers with the first status that a rule allows, so each operation to "
            "which the rule applies must declare it."
        ),
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            "x-rules:\n  - id: pets.list.busy\n    level: documented\n"
            "    statement: Pets are not listed at night.\n    source: https://pets.example/docs#list\n"
            f"    allows: {{status: [503]}}\n{_OK}"
        ),
        good=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            "x-rules:\n  - id: pets.list.busy\n    level: documented\n"
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
        why=(
            "A range of statuses or a default response cannot be distinguished from a server error."
        ),
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            "responses:\n"
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
        why=(
            "Without quotes a status is a number in YAML; OpenAPI requires a string, and many "
            "tools fail."
        ),
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\n"
            "responses:\n"
            '  200: {description: The pets.}\n  "401": {description: The key is unknown.}\n'
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
        why="The mock and the suite support GET, PUT, POST, DELETE and PATCH only.",
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
        why=(
            "An operationId becomes the name of a function and of a page; a verb and a noun "
            "in camel case suit both."
        ),
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
        why="Pages are grouped by tags, so each tag is described, and each described tag is used.",
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
