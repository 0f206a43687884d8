"""How each of Promptster's rules on sessions, credentials and lists is broken: what a hurried programmer would get wrong."""

from collections.abc import Mapping

from mock_server.breaks import promptster_cohort, promptster_events
from mock_server.breaks.parts import Break

_SESSIONS: Mapping[str, Break] = {}

BREAKS: Mapping[str, Break] = {**_SESSIONS, **promptster_events.BREAKS, **promptster_cohort.BREAKS}
