"""What can go wrong in the suite, as opposed to in the target."""


class SuiteError(Exception):
    """The suite broke down; says nothing about the target."""


class StateError(SuiteError):
    """The states URL calls a message of the suite malformed."""


class UsageError(Exception):
    """The command cannot be obeyed; the text says what to do instead."""


class TargetUnreachable(UsageError):
    """No connection to the target, or it was lost."""


class StatesUrlError(UsageError):
    """The states URL does not speak the provider-state protocol."""


class Unexercised(Exception):
    """What a check needs could not be had; its rules stay unjudged, with this reason."""


class Violated(Exception):
    """Rules were broken in a check that has come to its end."""


class Broken(AssertionError):
    """One rule was seen broken in a generated example; Hypothesis shrinks what leads to it."""

    def __init__(self, rule: str, expected: str, got: str) -> None:
        super().__init__(f"{rule}: expected {expected}, got {got}")
        self.rule = rule
        self.expected = expected
        self.got = got
