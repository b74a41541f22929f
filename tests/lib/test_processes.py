"""breakthru.lib.processes: with real, short-lived child processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from breakthru.lib import processes
from breakthru.lib.processes import Account, Child, Ledger, ProcessError, Program, last_log_line, start

FOREVER = "while :; do sleep 0.05; done"


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Return when `condition()` holds; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether `pid` has ended; a zombie that nobody collects has."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Starts shell scripts that say "ready"; whatever is left is killed afterwards."""
    children: list[Child] = []

    def launch(script: str, **options: Any) -> Child:
        log = tmp_path / "logs" / f"{len(children)}.log"
        program = Program(name="script", argv=("/bin/sh", "-c", script), log=log, cwd=tmp_path, **options)
        child = start(program)
        children.append(child)
        wait_for(lambda: b"ready" in log.read_bytes() or child.exit_code() is not None)
        return child

    yield launch
    for child in children:
        child.kill_group()


def test_start_appends_the_output_to_the_log(launch: Callable[..., Child]) -> None:
    child = launch("echo ready; echo $GREETING >&2", env={"GREETING": "hello"})

    assert (child.process.wait(), child.program.log.read_text()) == (0, "ready\nhello\n")


def test_start_gives_a_session_of_its_own(launch: Callable[..., Child]) -> None:
    child = launch(f"echo ready; {FOREVER}")

    assert (os.getsid(child.pid), os.getpgid(child.pid)) == (child.pid, child.pid)


def test_start_says_what_cannot_be_started(tmp_path: Path) -> None:
    program = Program(name="ghost", argv=("/no/such/program",), log=tmp_path / "log", cwd=tmp_path)

    with pytest.raises(ProcessError) as caught:
        start(program)

    message = "ghost cannot be started: [Errno 2] No such file or directory: '/no/such/program'."
    assert str(caught.value) == message


def test_start_runs_as_the_given_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(subprocess, "Popen", lambda argv, **options: seen.update(options))
    account = Account(uid=123, gid=456)

    start(Program(name="x", argv=("x",), log=tmp_path / "log", cwd=tmp_path, account=account))

    assert (seen["user"], seen["group"], seen["extra_groups"]) == (123, 456, [])


def test_start_turns_a_full_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 3)
    log = tmp_path / "x.log"
    log.write_text("full")

    start(Program(name="x", argv=("/bin/sh", "-c", ":"), log=log, cwd=tmp_path)).process.wait()

    assert ((tmp_path / "x.log.1").read_text(), log.read_text()) == ("full", "")


def test_stop_sends_the_stop_signal(launch: Callable[..., Child]) -> None:
    child = launch(f"trap 'exit 7' INT; echo ready; {FOREVER}", stop_signal=signal.SIGINT)

    child.stop()

    assert child.exit_code() == 7


def test_stop_kills_after_the_grace_time(launch: Callable[..., Child]) -> None:
    child = launch(f"trap '' TERM; echo ready; {FOREVER}", grace_seconds=0.1)

    child.stop()

    assert child.exit_code() == -signal.SIGKILL


def test_stop_kills_at_once_in_a_hurry(launch: Callable[..., Child]) -> None:
    child = launch(f"trap '' TERM; echo ready; {FOREVER}", grace_seconds=1000)

    child.stop(hurry=lambda: True)

    assert child.exit_code() == -signal.SIGKILL


def test_stop_ends_what_an_ended_program_left(launch: Callable[..., Child]) -> None:
    child = launch("sleep 1000 & echo $!; echo ready")
    child.process.wait()
    left = int(child.program.log.read_text().split()[0])

    child.stop()

    wait_for(lambda: is_gone(left))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", ""), (b"one\ntwo\n\n", "two"), (b"\xff\n", "\ufffd"), (b"x" * 5000 + b"\nend", "end")],
)
def test_last_log_line(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "log").write_bytes(content)

    assert last_log_line(tmp_path / "log") == expected


def test_last_log_line_of_no_log_is_empty(tmp_path: Path) -> None:
    assert last_log_line(tmp_path / "log") == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's alone")
def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = f"""
import pathlib, time
from breakthru.lib.processes import Program, start
here = pathlib.Path({str(tmp_path)!r})
print(start(Program(name="x", argv=("/bin/sleep", "1000"), log=here / "log", cwd=here)).pid, flush=True)
time.sleep(1000)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    wait_for(lambda: is_gone(child))


def test_ledger_names_the_running(launch: Callable[..., Child], tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "pids.json")
    first, second = launch(f"echo ready; {FOREVER}"), launch(f"echo ready; {FOREVER}")

    ledger.add(first)
    ledger.add(second)
    ledger.remove(first)
    ledger.remove(first)

    assert [row["pid"] for row in json.loads(ledger.path.read_text())] == [second.pid]


def test_ledger_leaves_out_what_has_ended(launch: Callable[..., Child], tmp_path: Path) -> None:
    child = launch("echo ready")
    child.process.wait()
    ledger = Ledger(tmp_path / "pids.json")

    ledger.add(child)

    assert ledger.path.exists() is False


def test_end_leftovers_asks_in_order(launch: Callable[..., Child], tmp_path: Path) -> None:
    child = launch(f"trap 'exit 7' USR1; echo ready; {FOREVER}", stop_signal=signal.SIGUSR1)
    Ledger(tmp_path / "pids.json").add(child)

    ended = Ledger(tmp_path / "pids.json").end_leftovers()

    assert (ended, child.exit_code(), (tmp_path / "pids.json").exists()) == (["script"], 7, False)


def test_end_leftovers_kills_the_stubborn(launch: Callable[..., Child], tmp_path: Path) -> None:
    child = launch(f"trap '' TERM; echo ready; {FOREVER}")
    Ledger(tmp_path / "pids.json").add(child)

    Ledger(tmp_path / "pids.json").end_leftovers(grace_seconds=0.1)

    assert child.exit_code() == -signal.SIGKILL


def test_end_leftovers_finds_the_members_of_a_killed_leader(
    launch: Callable[..., Child], tmp_path: Path
) -> None:
    child = launch(f"({FOREVER}) & echo $!; echo ready; wait")
    member = int(child.program.log.read_text().split()[0])
    Ledger(tmp_path / "pids.json").add(child)
    child.process.kill()
    child.process.wait()

    ended = Ledger(tmp_path / "pids.json").end_leftovers()

    assert (ended, is_gone(member)) == (["script"], True)


def test_end_leftovers_lets_a_leader_end_its_members(launch: Callable[..., Child], tmp_path: Path) -> None:
    script = f"({FOREVER}) & child=$!; trap 'kill $child; exit 7' TERM; echo ready; while :; do wait; done"
    child = launch(script)
    Ledger(tmp_path / "pids.json").add(child)

    Ledger(tmp_path / "pids.json").end_leftovers()

    assert child.exit_code() == 7


@pytest.mark.parametrize("change", [{"started": -100.0}, {"started": 100.0}])
def test_end_leftovers_spares_a_number_that_was_given_anew(
    launch: Callable[..., Child], tmp_path: Path, change: dict[str, float]
) -> None:
    child = launch(f"echo ready; {FOREVER}")
    path = tmp_path / "pids.json"
    Ledger(path).add(child)
    (row,) = json.loads(path.read_text())
    path.write_text(json.dumps([{**row, "started": row["started"] + change["started"]}]))

    assert (Ledger(path).end_leftovers(), child.exit_code()) == ([], None)


def test_end_leftovers_spares_another_program(launch: Callable[..., Child], tmp_path: Path) -> None:
    child = launch(f"echo ready; {FOREVER}")
    path = tmp_path / "pids.json"
    Ledger(path).add(child)
    (row,) = json.loads(path.read_text())
    path.write_text(json.dumps([{**row, "exe": "/usr/bin/innocent"}]))

    assert (Ledger(path).end_leftovers(), child.exit_code()) == ([], None)


@pytest.mark.parametrize("content", ["", "[{", '[{"pid": 1}]', "7"])
def test_end_leftovers_trusts_no_broken_ledger(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pids.json"
    path.write_text(content)

    assert (Ledger(path).end_leftovers(), path.exists()) == ([], False)


class Vanished:
    """A process that ends between two looks."""

    pid = 1

    def is_running(self) -> bool:
        return True

    def status(self) -> str:
        raise psutil.NoSuchProcess(self.pid)

    def create_time(self) -> float:
        raise psutil.NoSuchProcess(self.pid)

    def send_signal(self, number: int) -> None:
        raise psutil.NoSuchProcess(self.pid)


def test_a_process_that_vanishes_is_no_error() -> None:
    record = processes.Record(name="x", pid=1, started=0, exe="", stop_signal=15)
    gone: Any = Vanished()

    processes._send(gone, signal.SIGTERM)

    assert (processes._is_alive(gone), processes._is_of(record, gone)) == (False, False)


def test_a_number_that_nobody_has_is_no_error() -> None:
    nobody = 2**30

    assert (processes._living_process(nobody), processes._session(nobody)) == (None, None)
