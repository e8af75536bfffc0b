"""Keeps one server alive: start, wait for health, watch, restart with back-off, give up, try again when told."""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time

import psutil

from aima.errors import AimaError, ServerFailed
from aima.local import logs, process
from aima.local.server import Server
from aima.local.state import Board

logger = logging.getLogger(__name__)

MAX_FAILURES = 5  # lives in a row that end before STABLE_S
STABLE_S = 30.0
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0)
STARTING_CHECK_S = 0.2
HEALTHY_CHECK_S = 2.0
SILENCE_S = 60.0  # a living server that answers nothing for so long is started anew, unless it says otherwise


class _NeededFailed(ServerFailed):
    """What this server needs has been given up: another attempt at once would be in vain."""

    retryable = False


class Keeper(threading.Thread):
    """The thread of one server."""

    def __init__(self, server: Server, board: Board) -> None:
        super().__init__(name=server.name)
        self._server = server
        self._board = board
        self._wake = threading.Event()
        self._is_stopping = False
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Ask for a clean stop; `join` waits for it."""
        self._is_stopping = True
        self._wake.set()

    def retry(self) -> None:
        """Try a failed server again, and a waiting one at once."""
        self._wake.set()

    def run(self) -> None:
        """Live after life until stopped."""
        failures = 0
        while not self._is_stopping:
            self._wake.clear()
            began = time.monotonic()
            try:
                self._live_once()
            except AimaError as error:
                is_stable = time.monotonic() - began > STABLE_S
                failures = self._after_failure(error, 0 if is_stable else failures + 1)
            except Exception as error:
                # A defect of ours must not leave a thread dead and a state that says "starting".
                logger.exception("%s: unexpected", self._server.name)
                failures = self._after_failure(ServerFailed(f"{self._server.name}: {error}"), MAX_FAILURES)
        self._server.close()
        self._board.change(self._server.name, state="stopped", pid=None, detail="")

    def _after_failure(self, error: AimaError, failures: int) -> int:
        """Wait for the next attempt. Gives the failures that count from then on."""
        if self._is_stopping:
            return failures
        name = self._server.name
        logger.warning("%s: %s", name, error.message)
        is_given_up = failures >= MAX_FAILURES or not error.retryable
        self._board.change(
            name, state="failed" if is_given_up else "starting", pid=None, detail=error.message,
            error_code=error.code, remedy=error.remedy, restarts=self._board[name].restarts + (not is_given_up),
        )  # fmt: skip
        if is_given_up:
            self._wake.wait(self._server.retry_s)
            return 0
        self._wake.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1] if failures else 0)
        return failures

    def _live_once(self) -> None:
        """From preparation to the end of the process.

        Raises:
            AimaError: the server could not be started or went away unasked.
        """
        server = self._server
        self._board.change(server.name, state="starting", pid=None)
        self._await_needed()
        # Before the ports: what a dead supervisor left still holds them.
        self._end_leftovers()
        ports = server.choose_ports(self._board[server.name].ports)
        server.prepare()
        start = self._log_size()
        running = self._spawn(ports)
        self._board.change(server.name, pid=running.pid, ports=ports)
        try:
            self._watch(running, ports)
        except Exception as error:
            self._end()
            if not isinstance(error, ServerFailed):
                raise
            quoted = logs.tail(server.home.log(server.name), since=start)
            raise ServerFailed(f"{error.message}: {quoted}", f"look at {server.home.log(server.name)}") from error
        self._end()

    def _await_needed(self) -> None:
        """Wait for supervised servers that this one would fail without.

        Raises:
            ServerFailed: one of them has been given up.
        """
        for name in self._server.needs:
            while not self._is_stopping and not self._board.is_well(name):
                if self._board[name].state == "failed":
                    raise _NeededFailed(f"{self._server.name} needs {name}, which failed")
                time.sleep(STARTING_CHECK_S)

    def _spawn(self, ports: dict[str, int]) -> subprocess.Popen[bytes]:
        launch = self._server.launch(ports)
        log = logs.open_log(self._server.home.log(self._server.name))
        try:
            self._process = subprocess.Popen(
                launch.argv, env=launch.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **launch.extra,
            )  # fmt: skip
        except OSError as error:
            raise ServerFailed(f"{self._server.name} did not start: {error}") from error
        finally:
            os.close(log)
        return self._process

    def _watch(self, running: subprocess.Popen[bytes], ports: dict[str, int]) -> None:
        name = self._server.name
        patience = self._server.start_timeout_s
        answered = time.monotonic()
        while not self._is_stopping:
            if running.poll() is not None:
                raise ServerFailed(f"{name} ended with status {running.returncode}")
            is_healthy = self._server.is_healthy(ports)
            if is_healthy:
                answered, patience = time.monotonic(), self._server.silence_s or SILENCE_S
                if self._board[name].state != "healthy":
                    self._board.change(name, state="healthy", detail="", error_code="", remedy="")
            elif time.monotonic() - answered > patience:
                raise ServerFailed(f"{name} did not answer for {patience:.0f} s")
            logs.rotate(self._server.home.log(name))
            self._pause(running, HEALTHY_CHECK_S if is_healthy else STARTING_CHECK_S)

    def _pause(self, running: subprocess.Popen[bytes], seconds: float) -> None:
        """Until the next check, or the end of the process, or a wish to stop."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and running.poll() is None and not self._wake.wait(0.1):
            pass
        if not self._is_stopping:
            self._wake.clear()

    def _log_size(self) -> int:
        path = self._server.home.log(self._server.name)
        return path.stat().st_size if path.exists() else 0

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            process.end([psutil.Process(self._process.pid)], self._server.gentle, self._server.grace_s)
            self._process.wait()
        self._process = None
        self._end_leftovers()

    def _end_leftovers(self) -> None:
        """End what a dead supervisor, or a dead head of several processes, has left behind."""
        left = process.marked(self._server.home.root, self._server.name)
        if left:
            logger.info("%s: ending %s", self._server.name, [one.pid for one in left])
            process.end(left, self._server.gentle, self._server.grace_s)
