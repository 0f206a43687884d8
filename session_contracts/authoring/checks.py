"""For `checks/test_*.py`: checks of rules that the suite has none for.

A check is a pytest function that takes `subject: Subject` and `judge: Judge`, and says with `@verifies("confirm.notice")` which rules it
judges (short for `acme.confirm.notice`). With `@each(cases)` it runs once for every `Case`. `judge` takes down what was seen of a rule;
`Unexercised`, or `judge.require`, says that nothing can be said of it. `shapes` reads answers.
"""

from session_contracts.conformance import shapes
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.plugin import Case, each, verifies
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject

__all__ = [
    "Case",
    "Exchange",
    "Judge",
    "Record",
    "Subject",
    "SuiteProfile",
    "Unexercised",
    "each",
    "shapes",
    "verifies",
]
