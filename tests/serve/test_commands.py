"""The verb: starts from a configuration, prints a way in, stops when asked."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

CONFIG = """
[city]
timezone = "Asia/Shanghai"
[serve]
secure_cookies = false
language = "zh-CN"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    (tmp_path / "streetaudit.toml").write_text(CONFIG)
    port = free_port()
    program = "import typer; from streetaudit_serve.commands import register\napp = typer.Typer(); register(app); app()"
    command = [sys.executable, "-c", program, "--config", str(tmp_path / "streetaudit.toml"), "--port", str(port)]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    try:
        yield child, f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.communicate()


def wait_until_ready(address: str) -> None:
    for _ in range(200):
        try:
            if httpx2.get(f"{address}/readyz", timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_start_sign_in_stop(server: tuple[subprocess.Popen[str], str]) -> None:
    child, address = server
    wait_until_ready(address)
    assert child.stderr
    first = child.stderr.readline()
    password = re.search(r"one-time password (\S+)", first)
    assert password, first
    with httpx2.Client(base_url=address) as client:
        page = client.get("/sign-in")
        assert "登录" in page.text
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        form = {"csrf": token.group(1), "name": "admin", "password": password.group(1)}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 303
        assert "streetaudit" in client.cookies
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=15) in (0, -signal.SIGTERM)
    assert "Traceback" not in child.stderr.read()
