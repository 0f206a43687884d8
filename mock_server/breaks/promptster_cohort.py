"""How each of Promptster's rules on cohorts is broken."""

from collections.abc import Mapping

from mock_server.breaks.parts import Break

BREAKS: Mapping[str, Break] = {}
