"""Paths in which an encoded slash does not separate segments."""

import pytest

from session_contracts.mock_server.paths import path_of, shown_path, value_in


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        (b"/a/b", ["", "a", "b"]),
        (b"/a%2Fb/c", ["", "a/b", "c"]),
        (b"/a%2fb%20c", ["", "a/b c"]),
        (b"/%252F", ["", "%2F"]),
    ],
)
def test_segments_have_decoded_values(raw: bytes, segments: list[str]) -> None:
    decoded = {b"/a/b": "/a/b", b"/%252F": "/%2F"}
    path = path_of({"raw_path": raw, "path": decoded.get(raw, "")})
    assert [value_in(segment) for segment in path.split("/")] == segments


def test_encoded_slash_is_shown_as_it_was_sent() -> None:
    assert shown_path(path_of({"raw_path": b"/a%2fb", "path": "/a/b"})) == "/a%2Fb"
