"""The table of all types of change: the impact of each, the reason, and its counterpart.

The comparisons find differences (facts); only this table rates them. It rates them for a client
that was written against the old version and calls a server of the new one:

- breaking: the client can no longer do something, or receives what it was not prepared for;
- risky: the change may or may not hurt the client, or a server that conformed to the old version
  may fail the suite although nothing new is asked of it (a decision that is documented now);
- compatible: everything else. That a server must offer what was added is compatible.

The counterpart of a change is the same difference read from the new version to the old one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from session_contracts.diff.change import Impact


@dataclass(frozen=True)
class ChangeType:
    """One type of change; `reverse` is the id of its counterpart."""

    id: str
    impact: Impact
    why: str
    reverse: str


@dataclass(frozen=True)
class _Rating:
    impact: Impact
    why: str


def _breaking(why: str) -> _Rating:
    return _Rating(Impact.BREAKING, why)


def _risky(why: str) -> _Rating:
    return _Rating(Impact.RISKY, why)


def _compatible(why: str) -> _Rating:
    return _Rating(Impact.COMPATIBLE, why)


# ---- reasons that several types share

_NOT_ON_THE_WIRE = "Clients: the name does not appear in requests or responses."
_ONLY_IN_GENERATED_CODE = (
    "Clients: the name does not appear in requests or responses, but generated code may use it."
)
_PARAMETER_REMOVED = "Clients: what they request with it is ignored or refused."
_SENT_DATA_REMOVED = "Clients: what they send with it is ignored or refused."
_MAY_BE_MISSING = "Clients: a value that was always present may be missing."
_MAY_STILL_SEND = "Clients: may still send it. Servers: must work without it."
_NEED_NOT_SEND = "Clients: need not send it. Servers: must support it."
_MAY_IGNORE = "Clients: may ignore it. Servers: must send it."
_ALWAYS_SENT = "Clients: always receive it. Servers: must no longer omit it."
_MORE_GUARANTEED = "Clients: more is guaranteed. Servers: are verified against it and may fail."
_LESS_GUARANTEED = "Clients: less is guaranteed."
_NOT_VERIFIED = "Clients: could not rely on it. Servers: were never verified against it."
_RATE_LIMITED = "Clients: calls that succeeded may exceed the limit."
_CALL_AS_BEFORE = "Clients: may call as often as before."
_REFUSAL_STATUS = "Clients: code that recognizes the refusal by its status fails."
_UNDOCUMENTED_STATUS = "Clients: the status was not guaranteed, but some may rely on it."
_DEFAULT_IN_RESPONSE = "Clients: a default does not affect responses."
_NO_NEXT_PAGE = "Clients: the old way does not get beyond the first page."

# ---- schemas: each type exists for requests and for responses

_FEWER_SENT = _breaking("Clients: values that were accepted may be refused.")
_MORE_SENT = _compatible("Clients: existing requests stay valid. Servers: must accept more.")
_FEWER_RECEIVED = _compatible(
    "Clients: receive nothing unexpected. Servers: must no longer send what is excluded."
)
_MORE_RECEIVED = _breaking("Clients: may receive values that they do not handle.")
_UNKNOWN_SENT = _risky("Clients: the schemas do not show whether existing requests stay valid.")
_UNKNOWN_RECEIVED = _risky("Clients: the schemas do not show whether responses stay as expected.")
_OTHER_SENT = _breaking("Clients: values that were accepted are refused.")
_OTHER_RECEIVED = _breaking("Clients: receive a different value than before.")

#: (narrower, wider): fewer or more values are valid.
_NARROWER_AND_WIDER = (
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
#: Other values are valid.
_OTHER_VALUES = ("type-changed", "format-changed")
#: Whether fewer, more or other values are valid cannot be decided.
_UNDECIDED = (
    "pattern-changed",
    "multiple-changed",
    "not-changed",
    "union-changed",
    "discriminator-changed",
)

#: (id, its counterpart, then the ratings: id in a request, id in a response, the counterpart's).
_SCHEMA_PAIRS: tuple[tuple[str, str, _Rating, _Rating, _Rating, _Rating], ...] = (
    *(
        (narrower, wider, _FEWER_SENT, _FEWER_RECEIVED, _MORE_SENT, _MORE_RECEIVED)
        for narrower, wider in _NARROWER_AND_WIDER
    ),
    (
        "member-added",
        "member-removed",
        _breaking("Clients: a request without the new member is refused."),
        _compatible("Clients: may ignore unknown members. Servers: must send it."),
        _breaking(_PARAMETER_REMOVED),
        _breaking("Clients: a member that was always present is missing."),
    ),
    (
        "optional-member-added",
        "optional-member-removed",
        _compatible(_NEED_NOT_SEND),
        _compatible("Clients: may ignore unknown members."),
        _breaking(_PARAMETER_REMOVED),
        _risky("Clients: had to handle its absence, but may rely on it sometimes."),
    ),
    (
        "member-made-required",
        "member-made-optional",
        _breaking("Clients: a request without it is refused."),
        _compatible(_ALWAYS_SENT),
        _compatible(_MAY_STILL_SEND),
        _breaking("Clients: a member that was always present may be missing."),
    ),
    (
        "members-closed",
        "members-opened",
        _breaking("Clients: members that were accepted or ignored may be refused."),
        _compatible("Clients: receive no other members. Servers: must not send others."),
        _compatible("Clients: may send more members. Servers: must accept them."),
        _risky("Clients: a strict parser may fail on undocumented members."),
    ),
    (
        "known-value-removed",
        "known-value-added",
        _risky("Clients: the value is still allowed, but its meaning is no longer documented."),
        _compatible("Clients: already had to handle any value; this one no longer occurs."),
        _compatible(_NEED_NOT_SEND),
        _compatible("Clients: already had to handle unknown values."),
    ),
    (
        "known-values-introduced",
        "known-values-dropped",
        _compatible("Clients: any other value is still allowed."),
        _compatible("Clients: still have to handle any other value."),
        _risky("Clients: it is no longer documented which values have a meaning."),
        _risky("Clients: it is no longer documented which values to expect."),
    ),
    (
        "default-introduced",
        "default-dropped",
        _risky("Clients: omitting it had no documented meaning, and may have had another one."),
        _compatible(_DEFAULT_IN_RESPONSE),
        _risky("Clients: the meaning of omitting it is no longer documented."),
        _compatible(_DEFAULT_IN_RESPONSE),
    ),
)

#: (id, its rating in a request, in a response), for types that are their own counterpart.
_SCHEMA_SYMMETRIC: tuple[tuple[str, _Rating, _Rating], ...] = (
    *((name, _OTHER_SENT, _OTHER_RECEIVED) for name in _OTHER_VALUES),
    *((name, _UNKNOWN_SENT, _UNKNOWN_RECEIVED) for name in _UNDECIDED),
    (
        "default-changed",
        _breaking("Clients: the same request without it silently has another meaning."),
        _compatible(_DEFAULT_IN_RESPONSE),
    ),
)

# ---- everything else

#: (id, its rating, its counterpart, the counterpart's rating).
_PAIRS: tuple[tuple[str, _Rating, str, _Rating], ...] = (
    # operations
    (
        "operation-removed",
        _breaking("Clients: calls of it fail."),
        "operation-added",
        _compatible("Clients: do not call it. Servers: must offer it."),
    ),
    (
        "parameter-removed",
        _breaking(_PARAMETER_REMOVED),
        "parameter-added",
        _compatible(_NEED_NOT_SEND),
    ),
    (
        "required-parameter-added",
        _breaking("Clients: a call without it is refused."),
        "required-parameter-removed",
        _breaking(_SENT_DATA_REMOVED),
    ),
    (
        "parameter-made-required",
        _breaking("Clients: a call without it is refused."),
        "parameter-made-optional",
        _compatible(_MAY_STILL_SEND),
    ),
    ("body-removed", _breaking(_SENT_DATA_REMOVED), "body-added", _compatible(_NEED_NOT_SEND)),
    (
        "required-body-added",
        _breaking("Clients: a call without a body is refused."),
        "required-body-removed",
        _breaking(_SENT_DATA_REMOVED),
    ),
    (
        "body-made-required",
        _breaking("Clients: a call without a body is refused."),
        "body-made-optional",
        _compatible(_MAY_STILL_SEND),
    ),
    (
        "max-bytes-lowered",
        _breaking("Clients: a body that was accepted may be too large."),
        "max-bytes-raised",
        _compatible("Clients: existing bodies stay valid. Servers: must accept larger bodies."),
    ),
    (
        "request-media-type-removed",
        _breaking("Clients: a body of this media type is refused."),
        "request-media-type-added",
        _compatible("Clients: existing bodies stay valid. Servers: must read this type too."),
    ),
    (
        "response-media-type-removed",
        _breaking("Clients: those that only read this media type cannot read the response."),
        "response-media-type-added",
        _risky("Clients: those that send no Accept header may receive this media type."),
    ),
    (
        "success-status-removed",
        _breaking("Clients: the success that they wait for does not occur."),
        "success-status-added",
        _risky("Clients: may receive an unknown success status."),
    ),
    (
        "error-status-added",
        _risky("Clients: may receive an unknown error status."),
        "error-status-removed",
        _compatible("Clients: no longer receive this error. Servers: must not send it."),
    ),
    (
        "response-header-removed",
        _breaking("Clients: can no longer read it."),
        "response-header-added",
        _compatible(_MAY_IGNORE),
    ),
    (
        "response-header-made-optional",
        _breaking(_MAY_BE_MISSING),
        "response-header-made-required",
        _compatible(_ALWAYS_SENT),
    ),
    (
        "provider-state-removed",
        _breaking("Clients: a test that sets it up receives 501."),
        "provider-state-added",
        _compatible("Clients: need not use it. Servers: may respond with 501."),
    ),
    (
        "deprecated",
        _compatible("Clients: it still works, but will be removed."),
        "undeprecated",
        _compatible("Clients: it will stay."),
    ),
    # who may call
    (
        "security-added",
        _breaking("Clients: a call without a credential is refused."),
        "security-removed",
        _compatible("Clients: need no credential. Servers: must accept calls without one."),
    ),
    (
        "security-alternative-removed",
        _breaking("Clients: those that authenticate in this way are refused."),
        "security-alternative-added",
        _compatible("Clients: may authenticate as before. Servers: must accept this too."),
    ),
    (
        "scope-added",
        _breaking("Clients: a credential without this scope is refused."),
        "scope-removed",
        _compatible("Clients: existing credentials stay valid. Servers: must allow more."),
    ),
    # lists
    (
        "filter-removed",
        _breaking("Clients: receive records that they filtered out."),
        "filter-added",
        _risky("Clients: those that already sent the parameter may receive fewer records."),
    ),
    (
        "clamp-removed",
        _breaking("Clients: a number beyond the bound may be refused or mean something else."),
        "clamp-added",
        _risky("Clients: a number beyond the bound is silently replaced by the bound."),
    ),
    (
        "clamp-narrowed",
        _breaking("Clients: silently receive fewer records than they request."),
        "clamp-widened",
        _compatible("Clients: receive as many as they request. Servers: must use the new bound."),
    ),
    (
        "listing-removed",
        _risky("Clients: order and paging of the records are no longer documented."),
        "listing-added",
        _risky(_MORE_GUARANTEED),
    ),
    # lifecycles
    (
        "lifecycle-removed",
        _risky("Clients: the effect of operations by state is no longer documented."),
        "lifecycle-added",
        _risky(_MORE_GUARANTEED),
    ),
    (
        "state-removed",
        _breaking("Clients: those that wait for this state wait forever."),
        "state-added",
        _risky("Clients: may see a record in an unknown state."),
    ),
    (
        "given-added",
        _risky("Clients: may see a record that starts in this state."),
        "given-removed",
        _risky("Clients: a record reaches this state only by transitions, if at all."),
    ),
    (
        "creation-removed",
        _breaking("Clients: it is no longer documented that the operation creates a record."),
        "creation-added",
        _risky("Clients: a call now creates a record. Servers: are verified against it."),
    ),
    (
        "row-removed",
        _risky("Clients: the effect of the operation by state is no longer documented."),
        "row-added",
        _risky(_MORE_GUARANTEED),
    ),
    (
        "refusal-added",
        _breaking("Clients: a call that succeeded is refused."),
        "refusal-removed",
        _risky("Clients: a call that was refused takes effect. Servers: must not refuse it."),
    ),
    (
        "move-added-to-stay",
        _breaking("Clients: a call that left the state unchanged changes it."),
        "moves-removed",
        _breaking("Clients: a call that changed the state leaves it unchanged."),
    ),
    (
        "move-removed",
        _breaking("Clients: the call no longer leads to this state under this condition."),
        "move-added",
        _risky("Clients: the call may lead to another state. Servers: must support it."),
    ),
    ("guarantee-dropped", _risky(_LESS_GUARANTEED), "guarantee-added", _risky(_MORE_GUARANTEED)),
    (
        "timer-added",
        _breaking("Clients: a record now leaves its state without a call."),
        "timer-removed",
        _breaking("Clients: those that wait for the transition wait forever."),
    ),
    (
        "optional-timer-added",
        _risky("Clients: a record may leave its state without a call."),
        "optional-timer-removed",
        _risky("Clients: the transition does not occur. Servers: must not make it."),
    ),
    (
        "timer-shortened",
        _breaking("Clients: have less time before the record leaves its state."),
        "timer-lengthened",
        _risky("Clients: wait longer for the transition. Servers: must use the new time."),
    ),
    (
        "timer-made-optional",
        _risky("Clients: can no longer rely on the transition."),
        "timer-made-certain",
        _risky("Clients: the transition occurs. Servers: must make it."),
    ),
    # rules
    (
        "rule-added",
        _risky("Clients: may be refused by it. Servers: are verified against it and may fail."),
        "rule-removed",
        _risky("Clients: less is guaranteed: no server is verified against it."),
    ),
    (
        "decision-added",
        _compatible("Clients: must not rely on it. Servers: are never verified against it."),
        "decision-removed",
        _compatible(_NOT_VERIFIED),
    ),
    (
        "rule-raised",
        _risky("Clients: may rely on it. Servers: one that differed conformed, and may fail."),
        "rule-lowered",
        _risky("Clients: less is guaranteed. Servers: may differ."),
    ),
    (
        "rule-statuses-narrowed",
        _risky("Clients: fewer statuses to handle. Servers: must not use another."),
        "rule-statuses-widened",
        _risky("Clients: may receive an unknown status."),
    ),
    (
        "rule-reference-raised",
        _risky("Clients: more is guaranteed. Servers: one that differed may fail."),
        "rule-reference-lowered",
        _risky("Clients: less is guaranteed. Servers: may differ."),
    ),
    (
        "violation-rule-introduced",
        _risky("Clients: the response is now documented. Servers: are verified against it."),
        "violation-rule-dropped",
        _risky("Clients: the response is no longer documented."),
    ),
    # rate limits
    (
        "rate-limits-added",
        _breaking(_RATE_LIMITED),
        "rate-limits-removed",
        _compatible(f"{_CALL_AS_BEFORE} Servers: must not limit the rate."),
    ),
    (
        "rate-limit-added",
        _breaking(_RATE_LIMITED),
        "rate-limit-removed",
        _compatible(_CALL_AS_BEFORE),
    ),
    (
        "rate-limit-lowered",
        _breaking(_RATE_LIMITED),
        "rate-limit-raised",
        _compatible(f"{_CALL_AS_BEFORE} Servers: must allow more calls."),
    ),
    (
        "rate-limit-header-removed",
        _breaking("Clients: can no longer read the remaining calls or the time to wait."),
        "rate-limit-header-added",
        _compatible(_MAY_IGNORE),
    ),
    (
        "rate-limited-operation-added",
        _breaking(_RATE_LIMITED),
        "rate-limited-operation-removed",
        _compatible(_CALL_AS_BEFORE),
    ),
    # the document
    (
        "server-removed",
        _risky("Clients: calls to this URL may fail."),
        "server-added",
        _compatible("Clients: may use the same URL as before."),
    ),
    (
        "component-removed",
        _compatible(_ONLY_IN_GENERATED_CODE),
        "component-added",
        _compatible(_NOT_ON_THE_WIRE),
    ),
)

#: (id, its rating), for types that are their own counterpart.
_SYMMETRIC: tuple[tuple[str, _Rating], ...] = (
    # operations
    ("path-changed", _breaking("Clients: calls to the old path fail.")),
    ("method-changed", _breaking("Clients: calls with the old method fail.")),
    ("path-parameter-renamed", _compatible(_NOT_ON_THE_WIRE)),
    ("operation-id-changed", _compatible(_ONLY_IN_GENERATED_CODE)),
    ("parameter-moved", _breaking("Clients: it is no longer read where they send it.")),
    (
        "parameter-serialization-changed",
        _breaking("Clients: what they send is read differently or refused."),
    ),
    (
        "encoding-changed",
        _risky("Clients: the document does not show whether existing requests stay valid."),
    ),
    ("envelope-changed", _breaking("Clients: the record is not where they look for it.")),
    (
        "access-changed",
        _compatible(
            "Clients: reported as a member added to or removed from requests or responses."
        ),
    ),
    ("hidden-member-changed", _compatible("Clients: not part of this request or response.")),
    # who may call
    ("security-scheme-changed", _breaking("Clients: existing credentials are no longer read.")),
    ("scope-changed", _breaking("Clients: a credential with only the old scope is refused.")),
    # lists
    ("filter-changed", _breaking("Clients: the same value selects other records.")),
    ("list-resource-changed", _breaking("Clients: receive records of another resource.")),
    (
        "list-order-changed",
        _risky(
            "Clients: records come in another order; the list's rules say if that is guaranteed."
        ),
    ),
    ("paging-style-changed", _breaking(_NO_NEXT_PAGE)),
    ("cursor-changed", _breaking(_NO_NEXT_PAGE)),
    (
        "cursor-field-changed",
        _risky("Clients: those that build or store cursors receive other pages."),
    ),
    # lifecycles
    ("lifecycle-renamed", _compatible(_NOT_ON_THE_WIRE)),
    (
        "lifecycle-schema-changed",
        _risky("Clients: other fields give the state. Servers: other records are verified."),
    ),
    ("identity-parameter-changed", _compatible(_NOT_ON_THE_WIRE)),
    (
        "identity-field-changed",
        _breaking("Clients: the value that identified a record identifies none, or another."),
    ),
    ("state-renamed", _compatible(_NOT_ON_THE_WIRE)),
    (
        "state-redrawn",
        _risky("Clients: some records are in another state, where other calls may be refused."),
    ),
    (
        "state-values-changed",
        _breaking("Clients: read the state from values that no longer give it."),
    ),
    (
        "creation-operation-changed",
        _breaking("Clients: the call that created a record no longer does."),
    ),
    ("creation-state-changed", _breaking("Clients: a new record is in another state.")),
    ("refusal-status-changed", _breaking(_REFUSAL_STATUS)),
    ("refusal-status-changed-undocumented", _risky(_UNDOCUMENTED_STATUS)),
    ("move-target-changed", _breaking("Clients: the same call leads to another state.")),
    (
        "effects-changed",
        _risky("Clients: effects of the call on other fields or outside the API may differ."),
    ),
    ("timer-target-changed", _breaking("Clients: the timer leads to another state.")),
    (
        "timer-field-changed",
        _breaking("Clients: the time of the transition is in another field."),
    ),
    # rules
    (
        "rule-restated",
        _risky("Clients and servers: compare the statements, the meaning may have changed."),
    ),
    ("decision-restated", _compatible(_NOT_VERIFIED)),
    ("rule-source-changed", _compatible("Clients: the rule is the same.")),
    (
        "rule-moved",
        _risky("Clients: the rule may apply to other calls. Servers: are verified there."),
    ),
    (
        "rule-statuses-changed",
        _breaking("Clients: code that recognizes the response by its status fails."),
    ),
    (
        "rule-first-status-changed",
        _compatible("Clients: already had to handle each; the mock responds with another one."),
    ),
    ("decision-statuses-changed", _compatible(_NOT_VERIFIED)),
    (
        "rule-reference-changed",
        _compatible("Clients: another rule of the same level guarantees it."),
    ),
    ("violation-status-changed", _breaking(_REFUSAL_STATUS)),
    ("violation-status-changed-undocumented", _risky(_UNDOCUMENTED_STATUS)),
    # rate limits
    ("rate-limit-header-changed", _breaking("Clients: the header has another name.")),
    (
        "rate-limit-first-window-changed",
        _risky("Clients: the same headers describe another time window."),
    ),
    (
        "rate-limit-resource-changed",
        _risky("Clients: code that distinguishes limits by this name fails."),
    ),
    # the document
    (
        "api-renamed",
        _compatible(
            "Clients: the name does not appear in requests or responses. "
            "Lists of rule ids, such as known failures, need the new prefix."
        ),
    ),
    ("prose-changed", _compatible("Clients: only text for readers changed.")),
    (
        "version-changed",
        _compatible("Clients: the number is a label; the other changes are listed separately."),
    ),
    ("unused-component-changed", _compatible("Clients: no operation uses it.")),
    ("written-otherwise", _compatible("Clients: both versions have the same meaning.")),
    (
        "unknown-changed",
        _risky("Clients: this member is not known to diff, so the impact is unknown."),
    ),
)


def _of_schemas() -> Iterator[ChangeType]:
    for one, other, *ratings in _SCHEMA_PAIRS:
        of_one, of_other = ratings[:2], ratings[2:]
        for at, direction in enumerate(("request", "response")):
            names = f"{direction}-{one}", f"{direction}-{other}"
            yield _change_type(names[0], of_one[at], names[1])
            yield _change_type(names[1], of_other[at], names[0])
    for name, sent, received in _SCHEMA_SYMMETRIC:
        for direction, rating in (("request", sent), ("response", received)):
            yield _change_type(f"{direction}-{name}", rating, f"{direction}-{name}")


def _of_the_rest() -> Iterator[ChangeType]:
    for one, rating, other, rating_of_other in _PAIRS:
        yield _change_type(one, rating, other)
        yield _change_type(other, rating_of_other, one)
    for name, rating in _SYMMETRIC:
        yield _change_type(name, rating, name)


def _change_type(name: str, rating: _Rating, reverse: str) -> ChangeType:
    return ChangeType(name, rating.impact, rating.why, reverse)


#: All types of change, in the order in which the site lists them.
CHANGE_TYPES: tuple[ChangeType, ...] = (*_of_schemas(), *_of_the_rest())

BY_ID: Mapping[str, ChangeType] = {each.id: each for each in CHANGE_TYPES}
