"""Operations: what each must have, and what its rules say of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from session_contracts.openapi.autofix import Autofix, Edit
from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Flaw, Stage, Subject
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Operation
from session_contracts.openapi.source import Path_


def _title(path: Path_) -> str:
    return f"{str(path[2]).upper()} {path[1]}"


def named(subject: Subject) -> Iterator[Flaw]:
    seen: set[str] = set()
    for path, operation in walk.operations(subject.source):
        name = operation.get("operationId")
        if not name:
            yield Flaw(
                path, f"{_title(path)} has no operationId", "write one, as in 'reviewSession'"
            )
        elif name in seen:
            yield Flaw(
                (*path, "operationId"),
                f"operationId {name!r} stands twice",
                "give each operation its own",
            )
        seen.add(str(name))


def security_schemes(subject: Subject) -> Iterator[Flaw]:
    """Who calls is told in a header: by a bearer token, or by a key; and what is needed is declared."""
    document = subject.source.value
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
            yield Flaw(
                where, what, "write 'type: http, scheme: bearer', or 'type: apiKey, in: header'"
            )
    for path, needs in _needs(subject):
        for name in sorted({name for need in needs for name in need} - set(declared)):
            fix = walk.closest(name, declared, "declare it under components.securitySchemes")
            yield Flaw(path, f"there is no security scheme {name!r}", fix)


def _needs(subject: Subject) -> Iterator[tuple[Path_, Any]]:
    if "security" in subject.source.value:
        yield ("security",), subject.source.value["security"]
    for path, operation in walk.operations(subject.source):
        if "security" in operation:
            yield (*path, "security"), operation["security"]


def parameters_have_schemas(subject: Subject) -> Iterator[Flaw]:
    for path, node in _parameters(subject):
        if "schema" not in node:
            yield Flaw(
                path,
                f"parameter {node['name']!r} has no schema",
                "write 'schema', which is what is read, in place of 'content'",
            )


def _parameters(subject: Subject) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Those of operations and of paths, with what they refer to."""
    document = subject.source.value
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


def path_parameters(subject: Subject) -> Iterator[Flaw]:
    for path, operation in _operations(subject):
        wanted = re.findall(r"{([^{}]+)}", operation.path)
        declared = [
            parameter.name for parameter in operation.parameters if parameter.location == "path"
        ]
        for name in dict.fromkeys(wanted):
            if name not in declared:
                yield Flaw(
                    path,
                    f"{operation.id} does not say what {{{name}}} of its path is",
                    f"add parameter {name!r}, in: path",
                )
        for name in dict.fromkeys(declared):
            if name not in wanted:
                fix = walk.closest(name, wanted, "add it to the path, or remove it")
                yield Flaw(
                    path,
                    f"{operation.id} has a parameter {name!r} that its path does not have",
                    fix,
                )


def paths_unique(subject: Subject) -> Iterator[Flaw]:
    seen: dict[str, str] = {}
    for path in subject.source.value["paths"]:
        if path.startswith("x-"):
            continue
        first = seen.setdefault(re.sub(r"{[^{}]*}", "{}", path), path)
        if first != path:
            first = walk.shortened(first, 80)
            what = f"{walk.shortened(path, 80)} is the same path as {first}: only the names of parameters differ"
            yield Flaw(("paths", path), what, f"put its operations under {first}")


def parameters_unique(subject: Subject) -> Iterator[Flaw]:
    seen: set[tuple[Path_, str, str]] = set()
    for path, node in _parameters(subject):
        key = (path[:-1], node["in"], node["name"])
        if key in seen:
            yield Flaw(path, f"parameter {node['name']!r} stands twice", "keep one")
        seen.add(key)


def _operations(subject: Subject) -> Iterator[tuple[Path_, Operation]]:
    for operation in subject.contract.operations.values():
        yield ("paths", operation.path, operation.method.lower()), operation


def summaries(subject: Subject) -> Iterator[Flaw]:
    for path, operation in _operations(subject):
        if not operation.summary.strip():
            yield Flaw(
                path,
                f"{operation.id} has no summary",
                "say in a few words what it does, as in 'List sessions'",
            )


def successes(subject: Subject) -> Iterator[Flaw]:
    for path, operation in _operations(subject):
        if not any(200 <= status < 300 for status in operation.responses) and not _has_range(
            subject, path, "2XX"
        ):
            yield Flaw(
                (*path, "responses"),
                f"{operation.id} says nothing of a success",
                "describe its 2xx response",
            )


def errors(subject: Subject) -> Iterator[Flaw]:
    for path, operation in _operations(subject):
        if not any(400 <= status < 600 for status in operation.responses) and not _has_range(
            subject, path, "4XX", "5XX", "default"
        ):
            yield Flaw(
                (*path, "responses"),
                f"{operation.id} declares no error",
                "describe the answers by which it refuses a call",
            )


def _has_range(subject: Subject, path: Path_, *names: str) -> bool:
    return any(name in walk.at(subject.source.value, (*path, "responses")) for name in names)


def exact_statuses(subject: Subject) -> Iterator[Flaw]:
    for path, operation in walk.operations(subject.source):
        for status in operation["responses"]:
            if status == "default" or status.endswith("XX"):
                what = f"{status!r} names no status, so neither the mock nor the suite knows of it"
                yield Flaw(
                    (*path, "responses", status), what, "describe each status that is answered"
                )


def quoted_statuses(subject: Subject) -> Iterator[Flaw]:
    for path, operation in walk.operations(subject.source):
        for status in operation["responses"]:
            place = subject.source.places.get((*path, "responses", status))
            if place and place.key and place.key.plain and status.isdigit():
                edit = Edit(place.key.start, place.key.end, f'"{status}"')
                flaw = Flaw(
                    (*path, "responses", status),
                    f"{status} is a number, and names of members are text",
                    f'write "{status}"',
                )
                # The reader takes it for text anyway, so the document stays what it is.
                yield Flaw(flaw.path, flaw.what, flaw.fix, Autofix((edit,), lambda document: None))


def other_methods(subject: Subject) -> Iterator[Flaw]:
    for path, item in subject.source.value["paths"].items():
        for method in ("head", "options", "trace"):
            if method in item and not path.startswith("x-"):
                what = f"{method.upper()} {path} is neither served nor judged"
                yield Flaw(("paths", path, method), what, "remove it, or do not rely on it")


def id_style(subject: Subject) -> Iterator[Flaw]:
    for path, operation in _operations(subject):
        if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", operation.id):
            fix = "write a verb and a noun in camel case, as in 'reviewSession'"
            yield Flaw(
                (*path, "operationId"), f"operationId {operation.id!r} is no verb and noun", fix
            )


def tags(subject: Subject) -> Iterator[Flaw]:
    document = subject.source.value
    declared = [tag["name"] for tag in document.get("tags", [])]
    used = []
    for path, operation in walk.operations(subject.source):
        for index, tag in enumerate(operation.get("tags", [])):
            used.append(tag)
            if tag not in declared:
                fix = walk.closest(tag, declared, "add it to 'tags' of the root")
                yield Flaw((*path, "tags", index), f"tag {tag!r} is not described", fix)
    for index, tag in enumerate(declared):
        if tag not in used:
            yield Flaw(
                ("tags", index), f"no operation has the tag {tag!r}", "give it to one, or remove it"
            )


def rules_declared(subject: Subject) -> Iterator[Flaw]:
    """The first status of a rule is the mock's answer; successes are for the table and the handlers to say."""
    contract = subject.contract
    for path, operation in _operations(subject):
        for rule in dict.fromkeys(_governing(subject, operation)):
            statuses = contract.rules[rule].statuses if rule in contract.rules else ()
            if (
                statuses[:1] > (399,)
                and statuses[0] not in operation.responses
                and not _covered(subject, path, statuses[0])
            ):
                what = (
                    f"{operation.id} is answered {statuses[0]} by {rule}, which it does not declare"
                )
                yield Flaw((*path, "responses"), what, f'describe "{statuses[0]}" there')


def _covered(subject: Subject, path: Path_, status: int) -> bool:
    return _has_range(subject, path, f"{status // 100}XX", "default")


def _governing(subject: Subject, operation: Operation) -> Iterator[str]:
    """The rules that may answer a call: its own, of its scope, of what it takes, of who calls, and of how often."""
    contract = subject.contract
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
        "404": {description: Nobody knows it.}
"""
_OK = 'responses:\n  "200": {description: The pets.}\n  "401": {description: Nobody knows this key.}\n'

CHECKS = (
    Check(
        "operation-id",
        Stage.BUILD,
        why="Tables, tests and pages name an operation by its operationId, so each has one of its own.",
        bad=_list_pets(f"summary: List pets\n{_OK}"),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="get:",
        find=named,
        within=example.PLAIN,
    ),
    Check(
        "security-scheme",
        Stage.BUILD,
        why="The mock and the suite tell who calls in a header: by a bearer token, or a key; and what is needed must be declared.",
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
        why="A parameter is read by its schema.",
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
        why="Each {name} of a path is a parameter of it, and each parameter of a path is a {name} in it.",
        bad="""\
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      summary: Get a pet
      responses:
        "200": {description: The pet.}
        "404": {description: Nobody knows this pet.}
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
        "404": {description: Nobody knows this pet.}
""",
        at="get:",
        find=path_parameters,
        within=example.PLAIN,
    ),
    Check(
        "parameter-unique",
        Stage.LINT,
        why="Of two parameters with one name in one place nobody knows which counts.",
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
        why="Two paths that differ only in the names of their parameters are one: which operations a call reaches is not said.",
        bad=_PETS_BY + "  /pets/{name}: {}\n",
        good=_PETS_BY + "  /pets/{id}/name: {}\n",
        at="/pets/{name}",
        find=paths_unique,
        within=example.PLAIN,
    ),
    Check(
        "operation-summary",
        Stage.LINT,
        why="The summary is the name of an operation wherever people read of it.",
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
        why="Without a 2xx response nobody knows what an operation is for, and the mock has no answer.",
        bad=_list_pets(
            'operationId: listPets\nsummary: List pets\nresponses:\n  "401": {description: Nobody knows this key.}\n'
        ),
        good=_list_pets(f"operationId: listPets\nsummary: List pets\n{_OK}"),
        at="responses",
        find=successes,
        within=example.PLAIN,
    ),
    Check(
        "operation-errors",
        Stage.LINT,
        why="Every operation refuses something; a client must know how it is told.",
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
        why="The first status that a rule allows is the mock's answer, so each operation that may refuse by the rule declares it.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nx-rules:\n  - id: pets.list.busy\n    level: documented\n"
            "    statement: Nobody lists pets at night.\n    source: https://pets.example/docs#list\n"
            f"    allows: {{status: [503]}}\n{_OK}"
        ),
        good=_list_pets(
            "operationId: listPets\nsummary: List pets\nx-rules:\n  - id: pets.list.busy\n    level: documented\n"
            "    statement: Nobody lists pets at night.\n    source: https://pets.example/docs#list\n"
            f'    allows: {{status: [503]}}\n{_OK}  "503": {{description: It is night.}}\n'
        ),
        at="responses",
        find=rules_declared,
        within=example.PLAIN,
    ),
    Check(
        "status-exact",
        Stage.LINT,
        why="A range of statuses, or whatever is not said, cannot be told apart from an error of the server.",
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
        why="Without quotes a status is a number in YAML, which OpenAPI does not allow, and many tools cannot read.",
        bad=_list_pets(
            "operationId: listPets\nsummary: List pets\nresponses:\n"
            '  200: {description: The pets.}\n  "401": {description: Nobody knows this key.}\n'
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
        why="The mock and the suite know GET, PUT, POST, DELETE and PATCH.",
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
        why="An operationId becomes the name of a function and of a page; a verb and a noun in camel case read well as both.",
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
        why="Pages are grouped by tags, so each is described, and each that is described is used.",
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
