"""Serves the contracts as a stateful mock.

`app.create_app` builds it, and lists the middlewares that each request passes.
"""

import warnings

# Connexion imports Starlette's test client, whose warning about httpx no user of a mock can act on.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
