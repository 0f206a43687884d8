"""How each of Rentalot's rules is broken."""

from mock_server.breaks import Break

BREAKS: dict[str, Break] = {}
