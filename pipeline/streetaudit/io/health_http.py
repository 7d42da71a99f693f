"""A small HTTP server for those who watch over the box: /metrics, /healthz, /readyz."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from streetaudit.errors import ConfigError

#: (status, content type, body) of a path; None for one that is not served.
Page = Callable[[str], tuple[int, str, str] | None]
_SLOW_S = 5.0


class HealthServer:
    """Serves pages until it is closed.

    Args:
        listen: host:port.
        page: What to answer.

    Raises:
        ConfigError: If the address cannot be listened on.
    """

    def __init__(self, listen: str, page: Page) -> None:
        host, _, port = listen.rpartition(":")
        handler = type("Handler", (_Handler,), {"page": staticmethod(page), "timeout": _SLOW_S})
        try:
            self._server = ThreadingHTTPServer((host.strip("[]"), int(port)), handler)
        except (OSError, ValueError, OverflowError) as error:
            raise ConfigError(f"[edge] listen = {listen!r}: {error}; write 127.0.0.1:9464, or another port") from error
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_SLOW_S)


class _Handler(BaseHTTPRequestHandler):
    page: Page
    server_version = "streetaudit"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the page of the path."""
        status, kind, body = self.page(self.path.split("?")[0]) or (404, "text/plain", "not found\n")
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing: a scrape every few seconds is no news."""
