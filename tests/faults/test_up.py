"""The whole `manage.py up`, started, killed and stopped as a person or a machine would."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from breakthru.embedded import POSTGRES_BIN, claim
from breakthru.lib.addresses import local_addresses

ROOT = Path(__file__).resolve().parents[2]
# Far above what it takes, for machines that do much else at the same time.
PATIENCE_SECONDS = 180.0


def wait_for(condition: Callable[[], bool], said: Callable[[], str] = lambda: "") -> None:
    """Return when `condition()` holds; fail with what was said when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def is_gone(pid: int) -> bool:
    """Whether `pid` has ended; a zombie that nobody collects has."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


class Run:
    """`manage.py up` in a folder and on a port of its own, with nothing of the tests' environment."""

    def __init__(self) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="breakthru-test-")).resolve()
        self.port = free_port()
        self.output = self.data_dir / "terminal"
        self.processes: list[subprocess.Popen[bytes]] = []

    def environment(self) -> dict[str, str]:
        """What a person's shell would give."""
        ours = {"DEBUG": "1", "DATA_DIR": str(self.data_dir), "PORT": str(self.port)}
        return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | ours

    def start(self) -> subprocess.Popen[bytes]:
        """Start it and return when it says that it is ready."""
        with self.output.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment(),
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        wait_for(lambda: "is ready" in self.said() or process.poll() is not None, self.said)
        assert process.poll() is None, self.said()
        return process

    def refused(self) -> tuple[int, str]:
        """Run it where it cannot run; return the exit code and what it said."""
        run = subprocess.run(
            [sys.executable, "manage.py", "up"],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env=self.environment(),
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        return run.returncode, run.stdout + run.stderr

    def said(self) -> str:
        """What the terminal shows."""
        return self.output.read_text()

    def pids(self) -> list[int]:
        """The processes that it started."""
        return [row["pid"] for row in json.loads((self.data_dir / "pids.json").read_text())]

    def sql(self, statement: str) -> str:
        """Ask its database."""
        sockets = str(local_addresses(self.data_dir).socket_dir)
        psql = [str(POSTGRES_BIN / "psql"), "-qAtX", "-h", sockets, "-U", "postgres", "breakthru"]
        return subprocess.check_output([*psql, "-c", statement], text=True).strip()

    def is_alive(self) -> bool:
        """Whether the site answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        for process in self.processes:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)
        shutil.rmtree(self.data_dir)


@pytest.fixture
def run() -> Iterator[Run]:
    """A run that is ended after the test."""
    run = Run()
    yield run
    run.end()


def test_a_killed_run_starts_again_with_its_data_and_stops_in_peace(run: Run) -> None:
    killed = run.start()
    run.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    started = run.pids()
    killed.kill()
    killed.wait()

    again = run.start()
    running = run.pids()
    assert (run.sql("SELECT answer FROM kept"), run.is_alive()) == ("42", True)
    assert [pid for pid in started if not is_gone(pid)] == []

    again.send_signal(signal.SIGINT)
    assert (again.wait(timeout=PATIENCE_SECONDS), run.said().splitlines()[-1]) == (
        0,
        "Everything is stopped.",
    )
    assert (run.pids(), [pid for pid in running if not is_gone(pid)], run.is_alive()) == ([], [], False)


def test_a_killed_server_and_web_come_back(run: Run) -> None:
    run.start()
    rows = json.loads((run.data_dir / "pids.json").read_text())
    for row in rows:
        if row["name"] in {"postgres", "web"}:
            os.kill(row["pid"], signal.SIGKILL)

    wait_for(lambda: run.said().count("starting it again") >= 2, run.said)
    wait_for(run.is_alive, run.said)
    accepts = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", str(local_addresses(run.data_dir).socket_dir)]
    wait_for(lambda: subprocess.run(accepts, check=False).returncode == 0, run.said)

    assert (run.is_alive(), run.sql("SELECT count(*) FROM django_migrations") != "0") == (True, True)


def test_a_taken_port_is_one_line(run: Run) -> None:
    with socket.create_server(("127.0.0.1", run.port)):
        refused = run.refused()

    advice = f"stop the program that uses it, or choose another: PORT={run.port + 1} make run"
    assert refused == (1, f"Port {run.port} is taken: {advice}\n")


def test_a_second_run_in_one_folder_is_one_line(run: Run) -> None:
    with claim(run.data_dir):
        refused = run.refused()

    message = f"Another run (process {os.getpid()}) uses the data folder {run.data_dir}: "
    assert refused == (1, f"{message}stop it first, or choose another folder with DATA_DIR=/path.\n")
