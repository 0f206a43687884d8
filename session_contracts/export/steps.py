"""The steps of an Arazzo workflow: what brings a record into a state, what is called then, and what must be seen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.profile import SuiteProfile, profiles
from session_contracts.export.criteria import Criterion, is_one_of, status
from session_contracts.export.graph import Arrow, Kind, duration, identifier
from session_contracts.export.walks import Walk
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

#: What the workflows call the document of the control API, and the operation of it that prepares provider states.
CONTROL = "control"
_SET_UP = "setUpState"
#: The id of a record that nobody has made, and of one that somebody makes.
_NOBODY, _NUMBER = "00000000-0000-4000-8000-000000000000", 2**31 - 1
_SOMEBODY = "5e551015-c0de-4000-8000-000000000001"
_JSON = "application/json"
#: Marks of the profile.
_NOW, _UUID = "{now}", "{uuid}"

Step = dict[str, Any]


def source(contract: Contract) -> str:
    """What the workflows call the document of the API."""
    name = identifier(contract.name)
    return f"{name}_api" if name == CONTROL else name


class Script:
    """Writes the steps of one workflow down, one after the other, about one record."""

    def __init__(self, contract: Contract, table: Lifecycle) -> None:
        self.steps: list[Step] = []
        self.identity: str | int = ""
        self._contract = contract
        self._table = table
        self._words = _words(contract, table)
        self._read = _reader(contract, table, self._words)
        self._headers: dict[str, str] = {}

    # ---- bringing a record into a state

    def walk(self, walk: Walk) -> None:
        """Take a record along these arrows, and look at it after each."""
        write = {
            Kind.GIVEN: self._given,
            Kind.CREATION: self._create,
            Kind.MOVE: self._move,
            Kind.TIMER: self._wait,
        }
        self._credential()
        for arrow in walk:
            write[arrow.kind](arrow)
            self.look(arrow.target)

    def place(self, state: str) -> None:
        """Have a record in a state that no walk leads to, or in one of the pseudo-states."""
        self._credential()
        if state == ABSENT:
            types = {
                each.schema.get("type")
                for node in self._operations()
                for each in node.parameters
                if each.name == self._table.parameter
            }
            self.identity = _NUMBER if "integer" in types else _NOBODY
        elif state == FOREIGN:
            self._begin(
                {**self._placing(next(iter(self._table.states))), "tenant": "other"},
                "Another tenant's.",
            )
        else:
            self._begin(self._placing(state), f"One that is {state}.")
            self.look(state)

    def _given(self, arrow: Arrow) -> None:
        self._begin(
            self._placing(arrow.target),
            f"One that is {arrow.target}, which was begun outside of this API.",
        )

    def _begin(self, params: Mapping[str, Any], description: str) -> None:
        step = self._state(
            "given",
            self._words.state,
            params,
            description,
            id=f"$response.body#/{self._table.field}",
        )
        self.identity = f"$steps.{step}.outputs.id"

    def _placing(self, state: str) -> Mapping[str, Any]:
        """The params of the provider state that makes a record which is in a state of the lifecycle."""
        if state in self._words.placing:
            return self._words.placing[state]
        members = self._contract.schemas[self._table.schema].get("properties", {})
        values = {name: allowed[0] for name, allowed in self._table.states[state].items()}
        return {
            name: self._filled(_sample(members.get(name, {}))) if value == ANY else value
            for name, value in values.items()
        }

    def _create(self, arrow: Arrow) -> None:
        operation = self._contract.operations[arrow.name]
        told = _shows(operation, {self._table.field})
        outputs = {"id": _pointer(operation, self._table.field)} if told else {}
        step = self._call(
            operation,
            self._successes(arrow),
            (),
            self._statement(arrow.rule),
            self._body(operation),
            **outputs,
        )
        if told:
            self.identity = f"$steps.{step}.outputs.id"
        else:
            self._begin(
                self._placing(arrow.target),
                f"Another that is {arrow.target}, for the answer does not say which one was made.",
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
        assert arrow.timer is not None, "it is a timer's arrow"
        self._state(
            "clock", "clock", {"advance": duration(arrow.timer)}, self._statement(arrow.rule)
        )
        self._credential()  # the one before may be over by now

    def _successes(self, arrow: Arrow) -> tuple[int, ...]:
        """The statuses of a success that the rule allows, or that the operation declares."""
        allowed = self._contract.statuses(arrow.rule) if arrow.rule else ()
        declared = self._contract.operations[arrow.name].responses
        return tuple(code for code in allowed if code < 300) or tuple(
            code for code in declared if code < 300
        )

    # ---- looking

    def look(self, state: str) -> None:
        """Read the record, which is in this state now, or gone."""
        if self._read is None:
            return
        if state == ABSENT:
            refusal = self._table.transitions[self._read.id].refusals[ABSENT]
            self._call(self._read, self._statuses(refusal), (), self._statement(refusal.rule))
        else:
            told = f"{self._read.summary or self._read.id}: it is {state}."
            self._call(self._read, shapes.success(self._read)[0], self._is(self._read, state), told)

    def _is(self, operation: Operation, state: str) -> Iterator[Criterion]:
        states = (state, *self._table.reported_as.get(state, ()))
        for name in self._table.states[state]:
            allowed = tuple(
                dict.fromkeys(
                    value for each in states for value in self._table.states[each].get(name, ())
                )
            )
            yield is_one_of(_pointer(operation, name), allowed)

    # ---- being refused

    def refused(self, operation: str, refusal: Refusal, state: str) -> None:
        """Call an operation that is refused in this state; where it must be, look whether the record is still in it."""
        node = self._contract.operations[operation]
        statuses = self._statuses(refusal)
        self._call(node, statuses, (), self._statement(refusal.rule), self._body(node))
        if state in self._table.states and all(code >= 400 for code in statuses):
            self.look(state)

    def _statuses(self, refusal: Refusal) -> tuple[int, ...]:
        """Every legal one, the mock's own first."""
        return self._contract.statuses(refusal.rule) or (refusal.status,)

    # ---- bodies

    def _body(self, operation: Operation, when: Mapping[str, Any] | None = None) -> Any:
        """A valid one, with the values by which moves are told apart; None where the operation takes none."""
        if operation.body is None:
            return None
        schema = next(iter(operation.body.schemas.values()), {})
        members, needed = schema.get("properties", {}), schema.get("required", ())
        example = self._words.examples.get(
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
        """A value with what only the run can tell in place of the marks of the profile."""
        if isinstance(value, Mapping):
            return {name: self._filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if value == _NOW:
            # A moment later: what has begun in this second has begun by then.
            step = self._state(
                "now", "clock", {"advance": "PT1S"}, "What time it is.", now="$response.body#/now"
            )
            return f"$steps.{step}.outputs.now"
        if value == _UUID:
            return _SOMEBODY
        for name, state in self._words.scopes.items():
            if value == f"{{{name}}}" and state:
                step = self._state(
                    state, state, {}, f"A {state} to refer to.", **{name: f"$response.body#/{name}"}
                )
                return f"$steps.{step}.outputs.{name}"
        return value

    # ---- writing down

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
        """Have a provider state prepared; the id of the step."""
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
        """Call an operation of the API, with the default credential and on the record if its path names one; the id of the step."""
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


def _words(contract: Contract, table: Lifecycle) -> SuiteProfile:
    """What the suite knows of the API; of one that it does not know, that a provider state is called as the resource is."""
    try:
        known = profiles(contract.name)
    except (KeyError, UnknownApi):
        known = ()
    found = next((words for words in known if words.resource == table.name), None)
    return found or SuiteProfile(resource=table.name, read="", state=table.name.lower())


def _reader(contract: Contract, table: Lifecycle, words: SuiteProfile) -> Operation | None:
    """The operation that shows a record and the members that tell its state; None where there is none."""
    rows = [
        contract.operations[row.operation]
        for row in table.transitions.values()
        if set(row.stays) >= set(table.states)
    ]
    readers = [node for node in rows if node.method == "GET" and _shows(node, table.state_fields())]
    return next(
        (node for node in readers if node.id == words.read), readers[0] if readers else None
    )


def _shows(operation: Operation, fields: Iterable[str]) -> bool:
    """Whether an operation answers with one record that has these members."""
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
    """A value of a member that may have any but null."""
    return _sample(member) if example is None else example


def _pointer(operation: Operation, field: str) -> str:
    """Where a field of the record is in an operation's answer."""
    holder = shapes.holder(shapes.success(operation)[1])
    return f"$response.body#/{'/'.join(part.replace('~', '~0').replace('/', '~1') for part in (holder, field) if part)}"
