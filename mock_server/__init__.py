"""The actor: serves the contracts as a stateful mock. `app.create_app` builds it; `app.STORY` is the way of a request."""
