"""What the suite raises."""


class SuiteError(Exception):
    """The suite itself failed; says nothing about the target."""


class StateError(SuiteError):
    """The states URL rejects a message of the suite as malformed."""


class UsageError(Exception):
    """The command cannot be carried out; the text says what to do instead."""


class TargetUnreachable(UsageError):
    """No connection to the target, or it was lost."""


class StatesUrlError(UsageError):
    """The states URL does not follow the provider-state protocol."""


class Unexercised(Exception):
    """A check cannot go on; the rules that it has not reported on are not exercised."""


class Violated(Exception):
    """A check has ended, and has recorded broken rules."""


class Broken(AssertionError):
    """A rule was broken in a generated example; Hypothesis shrinks the example."""

    def __init__(self, rule: str, expected: str, got: str) -> None:
        """Name the rule, what it expects, and what was observed."""
        super().__init__(f"{rule}: expected {expected}, got {got}")
        self.rule = rule
        self.expected = expected
        self.got = got
