"""Files that name a secret file and an address, and watchers that tell whether anybody followed them."""

from __future__ import annotations

import ctypes
import os
import secrets
import select
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from tests.media.making import pattern, write_video

_IN_ACCESS_OR_OPEN: Final = 0x1 | 0x20
_IN_NONBLOCK: Final = os.O_NONBLOCK
_EVENT: Final = struct.Struct("iIII")


class Canary:
    """A file that everybody may read and nobody should; inotify(7) says if somebody does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.secret = secrets.token_hex(24)
        path.write_text(self.secret * 40)
        path.chmod(0o644)
        libc = ctypes.CDLL(None, use_errno=True)
        self._events = libc.inotify_init1(_IN_NONBLOCK)
        if self._events < 0 or libc.inotify_add_watch(self._events, os.fsencode(path), _IN_ACCESS_OR_OPEN) < 0:
            raise OSError(ctypes.get_errno(), "the canary cannot be watched")

    def touched(self) -> int:
        """How often it was opened or read since the last call."""
        try:
            data = os.read(self._events, 1 << 16)
        except BlockingIOError:
            return 0
        return len(data) // _EVENT.size

    def close(self) -> None:
        os.close(self._events)


class Listener:
    """Waits on loopback for whoever connects or sends a datagram."""

    def __init__(self) -> None:
        self._stream = socket.create_server(("127.0.0.1", 0))
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port: int = self._stream.getsockname()[1]
        self._datagrams.bind(("127.0.0.1", self.port))

    def touched(self) -> bool:
        """Whether somebody did."""
        return bool(select.select([self._stream, self._datagrams], [], [], 0)[0])

    def accept(self) -> None:
        """Let a visitor go."""
        self._stream.accept()[0].close()

    def close(self) -> None:
        self._stream.close()
        self._datagrams.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def baits(folder: Path, canary: Path, port: int) -> Iterator[Path]:
    """Playlists, scripts, documents and containers that lead to the canary and to the address, under other names."""
    address = f"127.0.0.1:{port}"
    texts = {
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{canary}\n#EXT-X-ENDLIST\n",
        "hls_http.m3u8": f"#EXTM3U\n#EXTINF:10,\nhttp://{address}/a.ts\n#EXT-X-ENDLIST\n",
        "hls_key.mp4": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://{address}/k"\n#EXTINF:1,\n{canary}\n',
        "hls_late.mp4": f"\n\n# a comment\n#EXTM3U\n#EXTINF:10,\n{canary}\n",
        "hls_bom.mp4": f"\ufeff#EXTM3U\n#EXTINF:10,\nfile:{canary}\n",
        "concat.mkv": f"ffconcat version 1.0\nfile {canary}\n",
        "concat_blank.mkv": f"  ffconcat version 1.0\nfile http://{address}/x\n",
        "sdp.mp4": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n",
        "dash.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
        f"<Representation><BaseURL>http://{address}/x</BaseURL></Representation></AdaptationSet></Period></MPD>",
        "entity.svg": f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file://{canary}">]><svg>&x;</svg>',
        "image.png": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="file://{canary}"/></svg>',
        "delegate.jpg": f"push graphic-context\nfill 'url(http://{address}/x)'\nimage over 0,0 0,0 '{canary}'\n",
        "page.jpg": f"%!PS-Adobe-3.0\n({canary}) (r) file 100 string readstring pop ==\n",
        "list.asx": f'<asx version="3"><entry><ref href="http://{address}/x"/></entry></asx>',
        "list.pls": f"[playlist]\nFile1=http://{address}/x\n",
        "frames.mp4": f"# frames\n{canary.parent}/%d.txt\n",
        "url.mp4": f"http://{address}/film.mp4\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.write_text(text)
        yield path
    yield _reference_movie(folder / "reference.mov", canary)


def _reference_movie(path: Path, elsewhere: Path) -> Path:
    """A QuickTime file that is whole, but for its pictures, which it says are in another file ('alis' in 'dref')."""
    write_video(path, [pattern(number) for number in range(5)])
    data = path.read_bytes()
    at = data.index(b"dref") - 4
    (size,) = struct.unpack(">I", data[at : at + 4])
    target = os.fsencode(elsewhere)
    kept = struct.pack(">hh", 2, len(target)) + target + bytes(len(target) % 2) + struct.pack(">hh", -1, 0)
    alias = bytes(4) + struct.pack(">I", 150 + len(kept)) + bytes(142) + kept
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    dref = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    grown = bytearray(data[:at] + dref + data[at + size :])
    for parent in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        where = grown.rindex(parent, 0, at) - 4
        (length,) = struct.unpack(">I", grown[where : where + 4])
        grown[where : where + 4] = struct.pack(">I", length + len(dref) - size)
    path.write_bytes(grown)
    return path
