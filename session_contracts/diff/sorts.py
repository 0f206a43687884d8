"""The table of all sorts of changes: how bad each is, for whom, and what it is called when the versions are swapped.

The comparisons find facts; only this table judges them. It takes the part of a client that was written against the old version and talks
to a server of the new one. What such a client cannot do any more, or must expect without being prepared for it, is breaking. What may or
may not hurt it is risky, and so is whatever lets a server that did all that the old version says fail the suite although nobody asked it
for anything new: a rule that was a decision and is documented now. That a server has to offer what was added is no such thing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from session_contracts.diff.change import Kind

_BREAKING, _RISKY, _COMPATIBLE = Kind.BREAKING, Kind.RISKY, Kind.COMPATIBLE


@dataclass(frozen=True)
class Sort:
    """One sort of change. `reverse` is the id of the same difference, read from the new version to the old one."""

    id: str
    kind: Kind
    why: str
    reverse: str


@dataclass(frozen=True)
class _Verdict:
    kind: Kind
    why: str


def _breaking(why: str) -> _Verdict:
    return _Verdict(_BREAKING, why)


def _risky(why: str) -> _Verdict:
    return _Verdict(_RISKY, why)


def _compatible(why: str) -> _Verdict:
    return _Verdict(_COMPATIBLE, why)


# ---- schemas: each sort in both directions

_LESS_TAKEN = _breaking("Clients: what was accepted may be refused now.")
_MORE_TAKEN = _compatible(
    "Clients: whatever they send is accepted still. Servers: have to accept more."
)
_LESS_GIVEN = _compatible(
    "Clients: get nothing that they did not expect before. Servers: one that sends what is excluded now no longer conforms."
)
_MORE_GIVEN = _breaking("Clients: may get what they are not prepared for.")
_NOT_TOLD_TAKEN = _risky(
    "Clients: whether what they send is accepted still cannot be told from the schemas."
)
_NOT_TOLD_GIVEN = _risky(
    "Clients: whether they get what they are prepared for cannot be told from the schemas."
)
_OTHER_TAKEN = _breaking("Clients: what was accepted is refused now.")
_OTHER_GIVEN = _breaking("Clients: get something else than before.")

#: Narrower and wider: fewer values are valid, or more.
_NARROWER = (
    ("type-narrowed", "type-widened"),
    ("made-not-nullable", "made-nullable"),
    ("enum-value-removed", "enum-value-added"),
    ("enum-introduced", "enum-dropped"),
    ("enum-closed", "enum-opened"),
    ("bound-tightened", "bound-loosened"),
    ("format-narrowed", "format-widened"),
    ("pattern-introduced", "pattern-dropped"),
    ("constraint-added", "constraint-removed"),
    ("alternative-removed", "alternative-added"),
)
_OTHER = ("type-changed", "format-changed")
_NOT_TOLD = (
    "pattern-changed",
    "multiple-changed",
    "not-changed",
    "union-changed",
    "discriminator-changed",
)

#: Two ids, and for each of them what it means in a request and in a response.
_SCHEMA_PAIRS: tuple[tuple[str, str, _Verdict, _Verdict, _Verdict, _Verdict], ...] = (
    *(
        (narrower, wider, _LESS_TAKEN, _LESS_GIVEN, _MORE_TAKEN, _MORE_GIVEN)
        for narrower, wider in _NARROWER
    ),
    (
        "member-added",
        "member-removed",
        _breaking("Clients: a request without the new member is refused now."),
        _compatible("Clients: may ignore what they do not know. Servers: have to send it."),
        _breaking("Clients: what they asked for with it is no longer done, or refused."),
        _breaking("Clients: can no longer read what was always there."),
    ),
    (
        "optional-member-added",
        "optional-member-removed",
        _compatible("Clients: need not send it. Servers: have to understand it."),
        _compatible("Clients: may ignore what they do not know."),
        _breaking("Clients: what they asked for with it is no longer done, or refused."),
        _risky("Clients: had to expect that it is missing, but not that it always is."),
    ),
    (
        "member-made-required",
        "member-made-optional",
        _breaking("Clients: a request without it is refused now."),
        _compatible("Clients: get it always. Servers: one that leaves it out no longer conforms."),
        _compatible("Clients: may send it still. Servers: have to do without it."),
        _breaking("Clients: what was always there may be missing."),
    ),
    (
        "members-closed",
        "members-opened",
        _breaking("Clients: members that were accepted, or ignored, may be refused now."),
        _compatible("Clients: get no others. Servers: one that sends others no longer conforms."),
        _compatible("Clients: may send more. Servers: have to accept it."),
        _risky(
            "Clients: one that takes only what it knows may fail on members that nobody named before."
        ),
    ),
    (
        "known-value-removed",
        "known-value-added",
        _risky("Clients: others are allowed, but nothing says any more what this one does."),
        _compatible("Clients: have to expect any value, and get this one no more."),
        _compatible("Clients: need not send it. Servers: have to understand it."),
        _compatible("Clients: have to expect values that they do not know."),
    ),
    (
        "known-values-introduced",
        "known-values-dropped",
        _compatible("Clients: any other value is allowed still."),
        _compatible("Clients: have to expect any other value still."),
        _risky("Clients: nothing says any more which values do something."),
        _risky("Clients: nothing says any more which values to expect."),
    ),
    (
        "default-introduced",
        "default-dropped",
        _risky(
            "Clients: what it meant to leave it out was not stated, and may have been something else."
        ),
        _compatible("Clients: a default says nothing about an answer."),
        _risky("Clients: what it means to leave it out is stated no longer."),
        _compatible("Clients: a default says nothing about an answer."),
    ),
)

_SCHEMA_OWN: tuple[tuple[str, _Verdict, _Verdict], ...] = (
    *((name, _OTHER_TAKEN, _OTHER_GIVEN) for name in _OTHER),
    *((name, _NOT_TOLD_TAKEN, _NOT_TOLD_GIVEN) for name in _NOT_TOLD),
    (
        "default-changed",
        _breaking(
            "Clients: the same request without it means something else now, and nobody is told."
        ),
        _compatible("Clients: a default says nothing about an answer."),
    ),
)

# ---- everything else: an id, its verdict; and those of its counterpart

_PAIRS: tuple[tuple[str, _Verdict, str, _Verdict], ...] = (
    # operations
    (
        "operation-removed",
        _breaking("Clients: a call that succeeded has no answer now."),
        "operation-added",
        _compatible("Clients: do not call it. Servers: have to offer it."),
    ),
    (
        "parameter-removed",
        _breaking("Clients: what they asked for with it is no longer done, or refused."),
        "parameter-added",
        _compatible("Clients: need not send it. Servers: have to understand it."),
    ),
    (
        "required-parameter-added",
        _breaking("Clients: a call without it is refused now."),
        "required-parameter-removed",
        _breaking("Clients: what they say with it is ignored now, or refused."),
    ),
    (
        "parameter-made-required",
        _breaking("Clients: a call without it is refused now."),
        "parameter-made-optional",
        _compatible("Clients: may send it still. Servers: have to do without it."),
    ),
    (
        "body-removed",
        _breaking("Clients: what they said in it is ignored now, or refused."),
        "body-added",
        _compatible("Clients: need not send one. Servers: have to understand it."),
    ),
    (
        "required-body-added",
        _breaking("Clients: a call without a body is refused now."),
        "required-body-removed",
        _breaking("Clients: what they said in it is ignored now, or refused."),
    ),
    (
        "body-made-required",
        _breaking("Clients: a call without a body is refused now."),
        "body-made-optional",
        _compatible("Clients: may send one still. Servers: have to do without it."),
    ),
    (
        "max-bytes-lowered",
        _breaking("Clients: a body that was taken may be too large now."),
        "max-bytes-raised",
        _compatible(
            "Clients: whatever they send is not too large. Servers: have to take larger bodies."
        ),
    ),
    (
        "request-media-type-removed",
        _breaking("Clients: a body in this form is refused now."),
        "request-media-type-added",
        _compatible("Clients: may send what they sent. Servers: have to read this form too."),
    ),
    (
        "response-media-type-removed",
        _breaking("Clients: one that reads only this form gets no answer that it can read."),
        "response-media-type-added",
        _risky("Clients: one that does not say what it accepts may get this form."),
    ),
    (
        "success-status-removed",
        _breaking("Clients: the success that they wait for does not come."),
        "success-status-added",
        _risky("Clients: may get a success that they do not know."),
    ),
    (
        "error-status-added",
        _risky("Clients: may be refused in a way that they do not know."),
        "error-status-removed",
        _compatible(
            "Clients: are not refused in this way any more. Servers: one that does no longer conforms."
        ),
    ),
    (
        "response-header-removed",
        _breaking("Clients: can no longer read it."),
        "response-header-added",
        _compatible("Clients: may ignore it. Servers: have to send it."),
    ),
    (
        "response-header-made-optional",
        _breaking("Clients: what was always there may be missing."),
        "response-header-made-required",
        _compatible("Clients: get it always. Servers: one that leaves it out no longer conforms."),
    ),
    (
        "provider-state-removed",
        _breaking("Clients: a test that prepares it gets 501 now."),
        "provider-state-added",
        _compatible("Clients: need not ask for it. Servers: may answer 501 to it."),
    ),
    (
        "deprecated",
        _compatible("Clients: it works still, and is going to be removed one day."),
        "undeprecated",
        _compatible("Clients: it is going to stay."),
    ),
    # who may call
    (
        "security-added",
        _breaking("Clients: a call without a credential is refused now."),
        "security-removed",
        _compatible("Clients: need no credential. Servers: have to answer without one."),
    ),
    (
        "security-alternative-removed",
        _breaking("Clients: one that calls in this way is refused now."),
        "security-alternative-added",
        _compatible("Clients: may call as they did. Servers: have to take this too."),
    ),
    (
        "scope-added",
        _breaking("Clients: a credential without this scope is refused now."),
        "scope-removed",
        _compatible("Clients: whoever was allowed is allowed still. Servers: have to allow more."),
    ),
    # how it lists
    (
        "filter-removed",
        _breaking("Clients: get records that they filtered out."),
        "filter-added",
        _risky("Clients: one that sent the parameter all the same may miss records now."),
    ),
    (
        "clamp-removed",
        _breaking("Clients: a number beyond the bound may be refused now, or mean something else."),
        "clamp-added",
        _risky(
            "Clients: a number beyond the bound is no longer refused, and does not mean what it says."
        ),
    ),
    (
        "clamp-narrowed",
        _breaking("Clients: get fewer records than they asked for, and nobody is told."),
        "clamp-widened",
        _compatible(
            "Clients: get what they ask for. Servers: one with the old bound no longer conforms."
        ),
    ),
    (
        "listing-removed",
        _risky("Clients: nothing says any more in which order and pages the records come."),
        "listing-added",
        _risky(
            "Clients: can rely on more. Servers: are judged by how they list, and may fail now."
        ),
    ),
    # lifecycles
    (
        "lifecycle-removed",
        _risky("Clients: nothing says any more what happens in which state."),
        "lifecycle-added",
        _risky("Clients: can rely on more. Servers: are judged by a table, and may fail now."),
    ),
    (
        "state-removed",
        _breaking("Clients: one that waits for this state waits forever."),
        "state-added",
        _risky("Clients: may find a record in a state that they do not know."),
    ),
    (
        "given-added",
        _risky("Clients: may find a record that begins in this state."),
        "given-removed",
        _risky(
            "Clients: a record comes into this state only by the moves of the table now, if at all."
        ),
    ),
    (
        "creation-removed",
        _breaking("Clients: nothing says any more that the operation makes a record."),
        "creation-added",
        _risky("Clients: a call makes a record now. Servers: are judged by it, and may fail now."),
    ),
    (
        "row-removed",
        _risky("Clients: nothing says any more what the operation does in which state."),
        "row-added",
        _risky("Clients: can rely on more. Servers: are judged by the row, and may fail now."),
    ),
    (
        "refusal-added",
        _breaking("Clients: a call that succeeded is refused now."),
        "refusal-removed",
        _risky(
            "Clients: one that counted on the refusal changes a record, or reads one. Servers: one that refuses no longer conforms."
        ),
    ),
    (
        "move-added-to-stay",
        _breaking("Clients: a call that left the record as it was changes its state now."),
        "moves-removed",
        _breaking("Clients: a call that changed the record's state leaves it as it was."),
    ),
    (
        "move-removed",
        _breaking("Clients: the call no longer leads to this state under this condition."),
        "move-added",
        _risky(
            "Clients: the call may lead to a state to which it did not lead. Servers: have to make this move."
        ),
    ),
    (
        "guarantee-dropped",
        _risky("Clients: can rely on less."),
        "guarantee-added",
        _risky("Clients: can rely on more. Servers: are judged by it, and may fail now."),
    ),
    (
        "timer-added",
        _breaking("Clients: a record leaves its state by itself now."),
        "timer-removed",
        _breaking("Clients: one that waits for the move waits forever."),
    ),
    (
        "optional-timer-added",
        _risky("Clients: a record may leave its state by itself; the documents do not say."),
        "optional-timer-removed",
        _risky("Clients: gain certainty. Servers: one that makes the move no longer conforms."),
    ),
    (
        "timer-shortened",
        _breaking("Clients: have less time before the record leaves its state."),
        "timer-lengthened",
        _risky(
            "Clients: wait longer for the move. Servers: one with the old time no longer conforms."
        ),
    ),
    (
        "timer-made-optional",
        _risky("Clients: cannot rely on the move any more."),
        "timer-made-certain",
        _risky("Clients: the move happens. Servers: one that does not make it no longer conforms."),
    ),
    # rules
    (
        "rule-added",
        _risky(
            "Clients: can rely on more, but a rule that refuses refuses them too. Servers: are judged by it, and may fail now."
        ),
        "rule-removed",
        _risky("Clients: can rely on less: no server is judged by it any more."),
    ),
    (
        "decision-added",
        _compatible("Clients: know now on what not to rely. Servers: are never judged by it."),
        "decision-removed",
        _compatible("Clients: nobody could rely on it. Servers: were never judged by it."),
    ),
    (
        "rule-raised",
        _risky(
            "Clients: can rely on it. Servers: one that did otherwise was within its rights, and may fail now."
        ),
        "rule-lowered",
        _risky("Clients: can rely on it less. Servers: may do otherwise now."),
    ),
    (
        "rule-statuses-narrowed",
        _risky(
            "Clients: have fewer answers to expect. Servers: one that gives another no longer conforms."
        ),
        "rule-statuses-widened",
        _risky("Clients: may be answered in a way that they do not know."),
    ),
    (
        "rule-reference-raised",
        _risky("Clients: can rely on it more. Servers: one that did otherwise may fail now."),
        "rule-reference-lowered",
        _risky("Clients: can rely on it less. Servers: may do otherwise now."),
    ),
    (
        "violation-rule-introduced",
        _risky("Clients: know what answers it. Servers: are judged by that, and may fail now."),
        "violation-rule-dropped",
        _risky("Clients: nothing says any more what answers it."),
    ),
    # rates
    (
        "rate-limits-added",
        _breaking("Clients: calls that were answered are refused for their rate now."),
        "rate-limits-removed",
        _compatible(
            "Clients: may call as often as they did. Servers: that refuse for the rate no longer conform."
        ),
    ),
    (
        "rate-limit-added",
        _breaking("Clients: calls that were answered are refused for their rate now."),
        "rate-limit-removed",
        _compatible("Clients: may call as often as they did."),
    ),
    (
        "rate-limit-lowered",
        _breaking("Clients: calls that were answered are refused for their rate now."),
        "rate-limit-raised",
        _compatible("Clients: may call as often as they did. Servers: have to answer more calls."),
    ),
    (
        "rate-limit-header-removed",
        _breaking("Clients: can no longer read how many calls are left, or how long to wait."),
        "rate-limit-header-added",
        _compatible("Clients: may ignore it. Servers: have to send it."),
    ),
    (
        "rate-limited-operation-added",
        _breaking("Clients: calls of it that were answered are refused for their rate now."),
        "rate-limited-operation-removed",
        _compatible("Clients: may call it as often as they did."),
    ),
    # the document
    (
        "server-removed",
        _risky("Clients: may get no answer any more where they call."),
        "server-added",
        _compatible("Clients: may call where they did."),
    ),
    (
        "component-removed",
        _compatible("Clients: its name is nowhere on the wire, but generated code may have it."),
        "component-added",
        _compatible("Clients: its name is nowhere on the wire."),
    ),
)

_OWN: tuple[tuple[str, _Verdict], ...] = (
    # operations
    ("path-changed", _breaking("Clients: a call at the old path has no answer now.")),
    ("method-changed", _breaking("Clients: a call with the old method has no answer now.")),
    ("path-parameter-renamed", _compatible("Clients: its name is nowhere on the wire.")),
    (
        "operation-id-changed",
        _compatible("Clients: its name is nowhere on the wire, but generated code may have it."),
    ),
    ("parameter-moved", _breaking("Clients: it is not read any more where they send it.")),
    (
        "parameter-serialization-changed",
        _breaking("Clients: what they send is read as something else, or refused."),
    ),
    (
        "encoding-changed",
        _risky("Clients: whether what they send is read still cannot be told from the document."),
    ),
    ("envelope-changed", _breaking("Clients: look for the record where it is no longer.")),
    (
        "access-changed",
        _compatible(
            "Clients: who sends it and who gets it is told of where it is a part of a message."
        ),
    ),
    ("hidden-member-changed", _compatible("Clients: it is no part of this message.")),
    # who may call
    (
        "security-scheme-changed",
        _breaking("Clients: a credential as they send it is not read any more."),
    ),
    ("scope-changed", _breaking("Clients: a credential with the old scope alone is refused now.")),
    # how it lists
    ("filter-changed", _breaking("Clients: the same value keeps other records.")),
    ("list-resource-changed", _breaking("Clients: get records of another resource.")),
    (
        "list-order-changed",
        _risky(
            "Clients: the same call gives the records in another order. The rules of the list say whether one could rely on it."
        ),
    ),
    (
        "paging-style-changed",
        _breaking("Clients: do not get beyond the first page in the old way."),
    ),
    ("cursor-changed", _breaking("Clients: do not get beyond the first page in the old way.")),
    (
        "cursor-field-changed",
        _risky("Clients: one that makes cursors of its own, or keeps old ones, gets other pages."),
    ),
    # lifecycles
    ("lifecycle-renamed", _compatible("Clients: its name is nowhere on the wire.")),
    (
        "lifecycle-schema-changed",
        _risky(
            "Clients: the states are told from other fields. Servers: are judged by other records."
        ),
    ),
    (
        "identity-parameter-changed",
        _compatible("Clients: the name of a path parameter is nowhere on the wire."),
    ),
    (
        "identity-field-changed",
        _breaking("Clients: the value with which they name a record names none now, or another."),
    ),
    ("state-renamed", _compatible("Clients: the name of a state is nowhere on the wire.")),
    (
        "state-redrawn",
        _risky(
            "Clients: some records count as being in another state, where other calls may be refused."
        ),
    ),
    (
        "state-values-changed",
        _breaking("Clients: look for the state in values that no longer tell of it."),
    ),
    (
        "creation-operation-changed",
        _breaking("Clients: the call that made a record does not make one now."),
    ),
    ("creation-state-changed", _breaking("Clients: find a new record in another state.")),
    (
        "refusal-status-changed",
        _breaking("Clients: a refusal that they tell by its status is not told any more."),
    ),
    (
        "refusal-status-changed-undocumented",
        _risky("Clients: nobody could rely on this status, but some may have."),
    ),
    ("move-target-changed", _breaking("Clients: the same call leads to another state.")),
    (
        "effects-changed",
        _risky(
            "Clients: what a call does besides, to other fields or outside of the API, may be something else."
        ),
    ),
    ("timer-target-changed", _breaking("Clients: time leads the record to another state.")),
    (
        "timer-field-changed",
        _breaking("Clients: when the record leaves its state is to be read from another field."),
    ),
    # rules
    (
        "rule-restated",
        _risky("Clients and servers: whether only the words are others has to be read."),
    ),
    (
        "decision-restated",
        _compatible("Clients: nobody could rely on it. Servers: were never judged by it."),
    ),
    ("rule-source-changed", _compatible("Clients: the rule is the same.")),
    (
        "rule-moved",
        _risky(
            "Clients: the rule may hold for other calls than before. Servers: are judged by it there."
        ),
    ),
    (
        "rule-statuses-changed",
        _breaking("Clients: one that tells the answer by its status does not any more."),
    ),
    (
        "rule-first-status-changed",
        _compatible("Clients: had to expect each of them; the mock gives another first."),
    ),
    (
        "decision-statuses-changed",
        _compatible("Clients: nobody could rely on it. Servers: were never judged by it."),
    ),
    (
        "rule-reference-changed",
        _compatible("Clients: it holds by another rule that weighs the same."),
    ),
    (
        "violation-status-changed",
        _breaking("Clients: a refusal that they tell by its status is not told any more."),
    ),
    (
        "violation-status-changed-undocumented",
        _risky("Clients: nobody could rely on this status, but some may have."),
    ),
    # rates
    (
        "rate-limit-header-changed",
        _breaking("Clients: look for it under a name that it no longer has."),
    ),
    (
        "rate-limit-first-window-changed",
        _risky("Clients: the same headers tell of another span of time."),
    ),
    (
        "rate-limit-resource-changed",
        _risky("Clients: one that tells limits apart by this name does not any more."),
    ),
    # the document
    (
        "api-renamed",
        _compatible(
            "Clients: its name is nowhere on the wire. Lists of rule ids, as of known failures, have to follow."
        ),
    ),
    ("prose-changed", _compatible("Clients: it says something to people only.")),
    (
        "version-changed",
        _compatible("Clients: the number is a label; the other changes say what it stands for."),
    ),
    ("unused-component-changed", _compatible("Clients: no operation uses it.")),
    ("written-otherwise", _compatible("Clients: both versions say the same.")),
    (
        "unknown-changed",
        _risky("Clients: nothing is known of this member, so what it means cannot be told."),
    ),
)


def _sorts() -> Iterator[Sort]:
    for one, other, taken, given, back_taken, back_given in _SCHEMA_PAIRS:
        for direction, verdict, back in (
            ("request", taken, back_taken),
            ("response", given, back_given),
        ):
            yield Sort(f"{direction}-{one}", verdict.kind, verdict.why, f"{direction}-{other}")
            yield Sort(f"{direction}-{other}", back.kind, back.why, f"{direction}-{one}")
    for name, taken, given in _SCHEMA_OWN:
        for direction, verdict in (("request", taken), ("response", given)):
            yield Sort(f"{direction}-{name}", verdict.kind, verdict.why, f"{direction}-{name}")
    for one, verdict, other, back in _PAIRS:
        yield Sort(one, verdict.kind, verdict.why, other)
        yield Sort(other, back.kind, back.why, one)
    for name, verdict in _OWN:
        yield Sort(name, verdict.kind, verdict.why, name)


#: All sorts of changes, in the order in which they are worth reading.
SORTS: tuple[Sort, ...] = tuple(_sorts())

BY_ID: Mapping[str, Sort] = {sort.id: sort for sort in SORTS}
