"""The actor: serves the contracts as a stateful mock. `app.create_app` builds it and lists the way of a request."""

import warnings

# Connexion imports Starlette's test client, which warns of its httpx; nobody who serves a mock can do anything about it.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
