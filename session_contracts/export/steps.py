"""Builds the steps of an Arazzo workflow: set up a record, call operations, verify its state."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.profile import SuiteProfile, profiles
from session_contracts.export.criteria import Criterion, is_one_of, status
from session_contracts.export.notation import duration, identifier
from session_contracts.export.paths import Path
from session_contracts.lifecycle_graph import Arrow, ArrowKind
from session_contracts.mock_server.prefer import from_schema
from session_contracts.openapi import UnknownApi
from session_contracts.openapi.model import (
    ABSENT,
    ANY,
    FOREIGN,
    Contract,
    JsonSchema,
    Lifecycle,
    Operation,
    Parameter,
    Refusal,
)

#: The name of the control API's document in workflows, and its operation for provider states.
CONTROL = "control"
_SET_UP = "setUpState"
#: Ids of no record, as text and as number, and the id of a record that a workflow creates.
_UNKNOWN_ID, _UNKNOWN_NUMBER = "00000000-0000-4000-8000-000000000000", 2**31 - 1
_NEW_ID = "5e551015-c0de-4000-8000-000000000001"
_JSON = "application/json"
#: Placeholders in a suite profile.
_NOW, _UUID = "{now}", "{uuid}"

Step = dict[str, Any]


def source(contract: Contract) -> str:
    """The name of the API's document in workflows."""
    name = identifier(contract.name)
    return f"{name}_api" if name == CONTROL else name


class Script:
    """Collects the steps of one workflow, which are about one record."""

    def __init__(self, contract: Contract, table: Lifecycle) -> None:
        self.steps: list[Step] = []
        self.identity: str | int = ""
        self._contract = contract
        self._table = table
        self._profile = _profile(contract, table)
        self._read = _reader(contract, table, self._profile)
        self._headers: dict[str, str] = {}

    # ---- setting up a record

    def follow(self, path: Path) -> None:
        """Move a record along the path, and verify its state after each arrow."""
        write = {
            ArrowKind.GIVEN: self._given,
            ArrowKind.CREATION: self._create,
            ArrowKind.MOVE: self._move,
            ArrowKind.TIMER: self._wait,
        }
        self._credential()
        for arrow in path:
            write[arrow.kind](arrow)
            self.verify_state(arrow.target)

    def set_up(self, state: str) -> None:
        """Create a record in a state that no path leads to, or in a pseudo-state."""
        self._credential()
        if state == ABSENT:
            types = {
                each.schema.get("type")
                for node in self._operations()
                for each in node.parameters
                if each.name == self._table.parameter
            }
            self.identity = _UNKNOWN_NUMBER if "integer" in types else _UNKNOWN_ID
        elif state == FOREIGN:
            self._create_by_state(
                {**self._params(next(iter(self._table.states))), "tenant": "other"},
                "A record of another tenant.",
            )
        else:
            self._create_by_state(self._params(state), f"A record in state {state}.")
            self.verify_state(state)

    def _given(self, arrow: Arrow) -> None:
        self._create_by_state(
            self._params(arrow.target),
            f"A record in state {arrow.target}, created outside this API.",
        )

    def _create_by_state(self, params: Mapping[str, Any], description: str) -> None:
        step = self._state(
            "given",
            self._profile.state,
            params,
            description,
            id=f"$response.body#/{self._table.field}",
        )
        self.identity = f"$steps.{step}.outputs.id"

    def _params(self, state: str) -> Mapping[str, Any]:
        """The params of the provider state that creates a record in this state."""
        if state in self._profile.state_params:
            return self._profile.state_params[state]
        members = self._contract.schemas[self._table.schema].get("properties", {})
        values = {name: allowed[0] for name, allowed in self._table.states[state].items()}
        return {
            name: self._filled(_sample(members.get(name, {}))) if value == ANY else value
            for name, value in values.items()
        }

    def _create(self, arrow: Arrow) -> None:
        operation = self._contract.operations[arrow.name]
        has_id = _shows(operation, {self._table.field})
        outputs = {"id": _pointer(operation, self._table.field)} if has_id else {}
        step = self._call(
            operation,
            self._successes(arrow),
            (),
            self._statement(arrow.rule),
            self._body(operation),
            **outputs,
        )
        if has_id:
            self.identity = f"$steps.{step}.outputs.id"
        else:
            self._create_by_state(
                self._params(arrow.target),
                f"Another record in state {arrow.target}: the response does not give the id.",
            )

    def _move(self, arrow: Arrow) -> None:
        operation = self._contract.operations[arrow.name]
        self._call(
            operation,
            self._successes(arrow),
            (),
            self._statement(arrow.rule),
            self._body(operation, arrow.when),
        )

    def _wait(self, arrow: Arrow) -> None:
        assert arrow.timer is not None, "arrow of a timer"
        self._state(
            "clock", "clock", {"advance": duration(arrow.timer)}, self._statement(arrow.rule)
        )
        self._credential()  # the previous one may have expired

    def _successes(self, arrow: Arrow) -> tuple[int, ...]:
        """The success statuses that the rule allows, else those that the operation declares."""
        allowed = self._contract.statuses(arrow.rule) if arrow.rule else ()
        declared = self._contract.operations[arrow.name].responses
        return tuple(code for code in allowed if code < 300) or tuple(
            code for code in declared if code < 300
        )

    # ---- verifying

    def verify_state(self, state: str) -> None:
        """Read the record, which must be in this state, or deleted."""
        if self._read is None:
            return
        if state == ABSENT:
            refusal = self._table.transitions[self._read.id].refusals[ABSENT]
            self._call(self._read, self._statuses(refusal), (), self._statement(refusal.rule))
        else:
            text = f"{self._read.summary or self._read.id}: state {state}."
            self._call(self._read, shapes.success(self._read)[0], self._is(self._read, state), text)

    def _is(self, operation: Operation, state: str) -> Iterator[Criterion]:
        states = (state, *self._table.reported_as.get(state, ()))
        for name in self._table.states[state]:
            allowed = tuple(
                dict.fromkeys(
                    value for each in states for value in self._table.states[each].get(name, ())
                )
            )
            yield is_one_of(_pointer(operation, name), allowed)

    # ---- refusals

    def refuse(self, operation: str, refusal: Refusal, state: str) -> None:
        """Call an operation that the state refuses; if it must, verify the state afterwards."""
        node = self._contract.operations[operation]
        statuses = self._statuses(refusal)
        self._call(node, statuses, (), self._statement(refusal.rule), self._body(node))
        if state in self._table.states and all(code >= 400 for code in statuses):
            self.verify_state(state)

    def _statuses(self, refusal: Refusal) -> tuple[int, ...]:
        """Every legal status, the mock's first."""
        return self._contract.statuses(refusal.rule) or (refusal.status,)

    # ---- bodies

    def _body(self, operation: Operation, when: Mapping[str, Any] | None = None) -> Any:
        """A valid body that meets the guard `when`; None if the operation has no body."""
        if operation.body is None:
            return None
        schema = next(iter(operation.body.schemas.values()), {})
        members, needed = schema.get("properties", {}), schema.get("required", ())
        example = self._profile.examples.get(
            operation.id,
            schema.get("example", {name: _sample(members.get(name, {})) for name in needed}),
        )
        if not isinstance(example, Mapping):
            return example
        wanted = {
            name: _some(members.get(name, {}), example.get(name)) if value == ANY else value
            for name, value in (when or {}).items()
        }
        body = {**example, **wanted}
        return {
            name: self._filled(value)
            for name, value in body.items()
            if value is not None and (value != _UUID or name in needed)
        }

    def _filled(self, value: Any) -> Any:
        """A value with the placeholders of the profile replaced by expressions."""
        if isinstance(value, Mapping):
            return {name: self._filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if value == _NOW:
            # One second later, so that whatever started in this second has started.
            step = self._state(
                "now",
                "clock",
                {"advance": "PT1S"},
                "The time of the clock.",
                now="$response.body#/now",
            )
            return f"$steps.{step}.outputs.now"
        if value == _UUID:
            return _NEW_ID
        for name, state in self._profile.scopes.items():
            if value == f"{{{name}}}" and state:
                step = self._state(
                    state,
                    state,
                    {},
                    f"A {state} for a reference.",
                    **{name: f"$response.body#/{name}"},
                )
                return f"$steps.{step}.outputs.{name}"
        return value

    # ---- steps

    def _credential(self) -> None:
        headers = {
            operation.security[0].header for operation in self._operations() if operation.security
        }
        if headers:
            outputs = {
                identifier(header).lower(): f"$response.body#/headers/{header}"
                for header in sorted(headers)
            }
            step = self._state("credential", "credential", {}, "The default credential.", **outputs)
            self._headers = {
                header: f"$steps.{step}.outputs.{identifier(header).lower()}" for header in headers
            }

    def _operations(self) -> list[Operation]:
        created = [self._table.creation.operation] if self._table.creation else []
        return [self._contract.operations[name] for name in (*created, *self._table.transitions)]

    def _state(
        self, step: str, state: str, params: Mapping[str, Any], description: str, **outputs: str
    ) -> str:
        """Add a step that sets up a provider state; its id."""
        api = {"name": "api", "in": "path", "value": self._contract.name}
        message = {"action": "setup", "state": state, "params": dict(params)}
        return self._write(
            step, description, CONTROL, _SET_UP, [api], (_JSON, message), [status((200,))], outputs
        )

    def _call(
        self,
        operation: Operation,
        statuses: tuple[int, ...],
        criteria: Iterable[Criterion],
        description: str,
        body: Any = None,
        **outputs: str,
    ) -> str:
        """Add a step that calls an operation with the default credential; its id.

        If the path has the parameter that identifies a record, it is that of the record.
        """
        parameters = [
            {"name": parameter.name, "in": parameter.location, "value": self._value(parameter)}
            for parameter in operation.parameters
            if parameter.required
        ]
        if operation.security:
            header = operation.security[0].header
            parameters.append({"name": header, "in": "header", "value": self._headers[header]})
        content = (
            None
            if body is None or operation.body is None
            else (next(iter(operation.body.schemas)), body)
        )
        return self._write(
            operation.id,
            description,
            source(self._contract),
            operation.id,
            parameters,
            content,
            [status(statuses), *criteria],
            outputs,
        )

    def _value(self, parameter: Parameter) -> Any:
        if parameter.name == self._table.parameter and parameter.location == "path":
            return self.identity
        return from_schema(parameter.schema) if parameter.example is None else parameter.example

    def _statement(self, rule: str | None) -> str:
        return f"{self._contract.rules[rule].statement} ({rule})" if rule else ""

    def _write(
        self,
        step: str,
        description: str,
        document: str,
        operation: str,
        parameters: list[dict[str, Any]],
        content: tuple[str, Any] | None,
        criteria: list[Criterion],
        outputs: Mapping[str, str],
    ) -> str:
        names = {written["stepId"] for written in self.steps}
        wanted = identifier(step)
        unique = next(
            name
            for name in (wanted, *(f"{wanted}_{number}" for number in range(2, len(names) + 3)))
            if name not in names
        )
        parts = {
            "stepId": unique,
            "description": description,
            "operationId": f"$sourceDescriptions.{document}.{operation}",
            "parameters": parameters,
            "requestBody": content and {"contentType": content[0], "payload": content[1]},
            "successCriteria": criteria,
            "outputs": dict(outputs),
        }
        self.steps.append({name: value for name, value in parts.items() if value})
        return unique


def _profile(contract: Contract, table: Lifecycle) -> SuiteProfile:
    """The suite profile; an unknown API gets one with a provider state named after the resource."""
    try:
        known = profiles(contract.name)
    except (KeyError, UnknownApi):
        known = ()
    found = next((each for each in known if each.resource == table.name), None)
    return found or SuiteProfile(resource=table.name, read="", state=table.name.lower())


def _reader(contract: Contract, table: Lifecycle, profile: SuiteProfile) -> Operation | None:
    """The operation that reads a record with the members that give its state; None without one."""
    rows = [
        contract.operations[row.operation]
        for row in table.transitions.values()
        if set(row.stays) >= set(table.states)
    ]
    readers = [node for node in rows if node.method == "GET" and _shows(node, table.state_fields())]
    return next(
        (node for node in readers if node.id == profile.read), readers[0] if readers else None
    )


def _shows(operation: Operation, fields: Iterable[str]) -> bool:
    """Whether the response of an operation is one record with these members."""
    first = next((media for code, media in operation.responses.items() if code < 300), {})
    return "properties" in next(iter(first.values()), {}) and all(
        shapes.shows(operation, name) for name in fields
    )


def _sample(member: JsonSchema) -> Any:
    return (
        _NOW
        if member.get("format") == "date-time" and "example" not in member
        else from_schema(member)
    )


def _some(member: JsonSchema, example: Any) -> Any:
    """A value other than null."""
    return _sample(member) if example is None else example


def _pointer(operation: Operation, field: str) -> str:
    """The expression for a field of the record in a response."""
    holder = shapes.holder(shapes.success(operation)[1])
    parts = [part.replace("~", "~0").replace("/", "~1") for part in (holder, field) if part]
    return f"$response.body#/{'/'.join(parts)}"
