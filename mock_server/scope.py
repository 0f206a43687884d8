"""Keys of ours in the ASGI scope of a request."""

#: The world that the request addresses.
WORLD_KEY = "session_contracts.world"
#: A function of the server that drops the connection.
ABORT_KEY = "session_contracts.abort"
#: The call: what the middlewares have found out so far.
CALL_KEY = "session_contracts.call"
