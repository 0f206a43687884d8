"""Checks an answer against its contract, and encodes it."""

import logging

import orjson

from session_contracts.mock_server.checker import checked
from session_contracts.mock_server.errors import ResponseContractViolation
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.settings import Validation

log = logging.getLogger("session_contracts.mock")


def finish(call: Call, answer: Answer) -> bytes:
    """The body as JSON. A violation of the contract is raised, logged or ignored, as configured."""
    if call.world.settings.validation is not Validation.OFF:
        try:
            _check(call, answer)
        except ResponseContractViolation as error:
            if call.world.settings.validation is Validation.ERROR:
                raise
            log.warning("%s", error)
    return orjson.dumps(answer.body)


def _check(call: Call, answer: Answer) -> None:
    checker = call.plan.answers.get((answer.status, answer.media))
    if checker is None:
        raise ResponseContractViolation(
            f"{call.plan.id} does not declare {answer.status} {answer.media}"
        )
    checked(
        checker,
        answer.body if answer.frame is None else answer.frame,
        f"{call.plan.id} {answer.status}",
    )
