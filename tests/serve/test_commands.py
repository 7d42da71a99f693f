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

from streetaudit.errors import StreetauditError
from streetaudit_serve.commands import serve

CONFIG = """
[city]
timezone = "Asia/Shanghai"
[serve]
secure_cookies = false
language = "zh-CN"
"""


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    (tmp_path / "streetaudit.toml").write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StreetauditError, match=f"port {port}.*--port"):
            serve(config=tmp_path / "streetaudit.toml", host="127.0.0.1", port=port)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    (tmp_path / "streetaudit.toml").write_text(CONFIG)
    program = "import typer; from streetaudit_serve.commands import register\napp = typer.Typer(); register(app); app()"
    command = [sys.executable, "-c", program, "serve", "--config", str(tmp_path / "streetaudit.toml"), "--port", "0"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    try:
        yield child, *greeting(child)
    finally:
        child.kill()
        child.communicate()


def greeting(child: subprocess.Popen[str]) -> tuple[str, str]:
    """Password and address as the server prints them."""
    assert child.stderr
    said = child.stderr.readline() + child.stderr.readline()
    found = re.search(r"one-time password (\S+)\s.*?(http://\S+:[1-9]\d*)/", said, re.DOTALL)
    if found is None:
        raise ValueError(said)
    return found.group(1), found.group(2)


def wait_until_ready(address: str) -> None:
    for _ in range(200):
        try:
            if httpx2.get(f"{address}/readyz", timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_start_sign_in_stop(server: tuple[subprocess.Popen[str], str, str]) -> None:
    child, password, address = server
    wait_until_ready(address)
    with httpx2.Client(base_url=address) as client:
        page = client.get("/sign-in")
        assert "登录" in page.text
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        answer = client.post("/sign-in", data={"csrf": token.group(1), "name": "admin", "password": password})
        assert answer.status_code == 303
        assert "streetaudit" in client.cookies
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=30) == 0
    assert child.stderr
    assert "Traceback" not in child.stderr.read()
