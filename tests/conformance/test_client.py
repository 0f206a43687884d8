"""Requests as command lines."""

import subprocess

from session_contracts.conformance.client import Exchange


def sent(body: bytes | None) -> str:
    return Exchange("POST", "http://x/a?b=c&d='", {"X-Name": "it's"}, body, 200, {}, b"").curl()


def test_curl_is_quoted() -> None:
    assert sent(None) == """curl -i -X POST -H 'X-Name: it'"'"'s' 'http://x/a?b=c&d='"'"''"""
    assert sent(b"{}").endswith(" --data-binary '{}'")
    assert sent(b"\xff{").endswith(r" --data-binary $'\xff\x7b'")


def test_curl_pads_long_body() -> None:
    body = b'{"a": 1' + b" " * (1 << 20) + b"}"
    line = sent(body)
    assert len(line) < 200
    # `@<(...)` is how bash has curl read what a command writes; cat reads it the same way.
    script = line[line.index("--data-binary") :].replace("--data-binary @<", "cat <")
    assert subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout == body
