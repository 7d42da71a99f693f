"""A small RTSP server over TCP that sends H.264 and does wrong when it is told to."""

from __future__ import annotations

import base64
import random
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np

#: RFC 6184: fragments of larger units, and the payload type that the SDP names.
_FU_A, _PAYLOAD, _MOST_BYTES = 28, 96, 1400


def coded(size: tuple[int, int], *, fps: int = 10, seconds: int = 2) -> list[list[bytes]]:
    """The H.264 units of each frame of a short moving picture, parameter sets first, a key frame each second."""
    width, height = size
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, fps), Fraction(fps)
    codec.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": f"keyint={fps}:annexb=1"}
    noise = np.random.default_rng(0).integers(40, 220, (height // 8, width // 8, 3), np.uint8)
    picture = np.kron(noise, np.ones((8, 8, 1), np.uint8))
    frames = []
    for index in range(fps * seconds):
        image = np.ascontiguousarray(np.roll(picture, 4 * index, axis=1))
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = index
        frames.append([unit for packet in codec.encode(frame) for unit in _units(bytes(packet))])
    return frames


def _units(stream: bytes) -> list[bytes]:
    parts = stream.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
    return [part for part in parts if part]


@dataclass
class Faults:
    """What the server does wrong from now on; changed by the tests while it runs.

    Attributes:
        stall: Keep the connection and send nothing.
        mute: Accept connections and answer nothing.
        garbage: Send noise in place of video.
        reset: Cut every connection, once.
        refuse: Answer every request with this status, 0 for none.
    """

    stall: bool = False
    mute: bool = False
    garbage: bool = False
    reset: bool = False
    refuse: int = 0


@dataclass
class Rtsp:
    """A running server."""

    port: int
    faults: Faults = field(default_factory=Faults)
    frames: list[list[bytes]] = field(default_factory=list)
    fps: int = 10
    connections: int = 0

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"


class _Handler(socketserver.BaseRequestHandler):
    rtsp: Rtsp

    def handle(self) -> None:
        self.rtsp.connections += 1
        self.request.settimeout(0.2)
        waiting = b""
        while not (self.rtsp.faults.reset):
            if self.rtsp.faults.mute:
                time.sleep(0.05)
                continue
            try:
                block = self.request.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                return
            if not block:
                return
            waiting += block
            while b"\r\n\r\n" in waiting:
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                if not self._answer(head.decode(errors="replace")):
                    return

    def _answer(self, head: str) -> bool:
        verb, lines = head.split(" ")[0], head.split("\r\n")
        number = next((line.split(":")[1].strip() for line in lines if line.lower().startswith("cseq")), "0")
        if self.rtsp.faults.refuse:
            extra = 'WWW-Authenticate: Basic realm="camera"\r\n' if self.rtsp.faults.refuse == 401 else ""
            self._send(f"RTSP/1.0 {self.rtsp.faults.refuse} No\r\nCSeq: {number}\r\n{extra}\r\n")
            return True
        more, body = {"OPTIONS": ("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", "")}.get(verb, ("", ""))
        if verb == "DESCRIBE":
            body = self._sdp()
            more = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        if verb == "SETUP":
            more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        self._send(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: 7\r\n{more}\r\n{body}")
        if verb == "PLAY":
            self._play()
            return False
        return verb != "TEARDOWN"

    def _sdp(self) -> str:
        sets = [unit for unit in self.rtsp.frames[0] if unit[0] & 31 in (7, 8)]
        sprop = ",".join(base64.b64encode(unit).decode() for unit in sets)
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=video 0 RTP/AVP {_PAYLOAD}\r\na=rtpmap:{_PAYLOAD} H264/90000\r\n"
            f"a=fmtp:{_PAYLOAD} packetization-mode=1;sprop-parameter-sets={sprop}\r\na=control:track1\r\n"
        )

    def _play(self) -> None:
        sequence, count, began_s = 0, 0, time.monotonic()
        while not self.rtsp.faults.reset:
            units = self.rtsp.frames[count % len(self.rtsp.frames)]
            if not self.rtsp.faults.stall:
                for last, unit in ((i == len(units) - 1, unit) for i, unit in enumerate(units)):
                    payload = random.Random(sequence).randbytes(len(unit)) if self.rtsp.faults.garbage else unit
                    for packet in _packets(payload):
                        header = struct.pack(">BBHII", 0x80, _PAYLOAD | 0x80 * last, sequence & 0xFFFF, count * 9000, 7)
                        sequence += 1
                        whole = header + packet
                        if not self._send(b"$\x00" + struct.pack(">H", len(whole)) + whole):
                            return
            count += 1
            time.sleep(max(0.0, began_s + count / self.rtsp.fps - time.monotonic()))
        linger = struct.pack("ii", 1, 0)
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)  # a reset, not an orderly end

    def _send(self, data: str | bytes) -> bool:
        try:
            self.request.sendall(data.encode() if isinstance(data, str) else data)
        except OSError:
            return False
        return True


def _packets(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= _MOST_BYTES:
        yield unit
        return
    kind, rest = unit[0], unit[1:]
    for start in range(0, len(rest), _MOST_BYTES):
        marks = 0x80 * (start == 0) | 0x40 * (start + _MOST_BYTES >= len(rest))
        yield bytes([(kind & 0xE0) | _FU_A, marks | (kind & 31)]) + rest[start : start + _MOST_BYTES]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def served(frames: list[list[bytes]], *, port: int = 0, fps: int = 10) -> Iterator[Rtsp]:
    """A server that runs until the block is left; every connection is cut then."""
    rtsp = Rtsp(port, frames=frames, fps=fps)
    handler = type("Handler", (_Handler,), {"rtsp": rtsp})
    with _Server(("127.0.0.1", port), handler) as server:
        rtsp.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield rtsp
        finally:
            rtsp.faults.reset = True
            server.shutdown()
