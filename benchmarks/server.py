"""A server process whose use of CPU is measured. Linux only (/proc)."""

import http.client
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit


class Server:
    """A server process and one connection to it; `authorization` goes with every call."""

    def __init__(self, arguments: list[str], authorization: str) -> None:
        self._headers = {"Authorization": authorization}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *arguments], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        found = re.search(r"http://\S+:\d+", self.process.stdout.readline())
        assert found, "the server says where it is"
        where = urlsplit(found.group())
        self.connection = http.client.HTTPConnection(str(where.hostname), where.port)

    def call(self, method: str, path: str, body: str | None = None, status: int = 200) -> bytes:
        """The body of a response. Raises SystemExit if it has another status."""
        headers = {**self._headers, "Content-Type": "application/json"} if body else self._headers
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != status:
            raise SystemExit(f"{method} {path} answered {answer.status}: {content!r}")
        return content

    def cpu(self) -> float:
        """Seconds of CPU that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
