"""Child processes that end with us: start, stop, and find what a killed run left behind."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

POLL_SECONDS = 0.05
LOG_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1
# The kernel counts starts in ticks from a boot time that is corrected now and then.
START_TOLERANCE_SECONDS = 2.0


class ProcessError(Exception):
    """A program could not be started; the message is one line for a person."""


@dataclass(frozen=True)
class Account:
    """The account a program runs as, when we are root and it may not be."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run, where its output goes, and how it is asked to stop."""

    name: str
    argv: tuple[str, ...]
    log: Path
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    # What the kernel sends it when we are gone: for those whose orderly end needs the others.
    orphan_signal: int | None = None
    grace_seconds: float = 10.0


class Child:
    """A started program, leader of its own session, so that the terminal's Ctrl-C passes it by."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        self.program = program
        self.process = process

    @property
    def pid(self) -> int:
        """The process id, also the id of the session and of the process group."""
        return self.process.pid

    def exit_code(self) -> int | None:
        """The exit code (negative: the signal that ended it), or None while it runs."""
        return self.process.poll()

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask it to stop, wait for its grace time or until `hurry()`, then kill whatever is left."""
        if self.exit_code() is None:
            self.process.send_signal(self.program.stop_signal)
            deadline = time.monotonic() + self.program.grace_seconds
            while self.exit_code() is None and time.monotonic() < deadline and not hurry():
                time.sleep(POLL_SECONDS)
        self.kill_group()

    def kill_group(self) -> None:
        """Kill the program and every process it left in its group; returns when it is gone."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # the usual case: it went in peace, with all of its own children
        except PermissionError:  # pragma: no cover - macOS says this of a group of zombies
            pass
        self.process.wait()


def start(program: Program) -> Child:
    """Start `program` with its output appended to its log.

    On Linux the kernel sends it the orphan signal (the stop signal, if none) when we die, however we die.

    Raises ProcessError when the system refuses.
    """
    try:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        _turn_log(program.log)
        with program.log.open("ab") as log, warnings.catch_warnings():
            # Python 3.12+ warns of forks beside threads; what runs in ours is two system calls.
            warnings.simplefilter("ignore", DeprecationWarning)
            account = program.account
            process = subprocess.Popen(
                program.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.cwd,
                env=dict(program.env),
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                preexec_fn=_die_with_parent(program.orphan_signal or program.stop_signal),  # noqa: PLW1509 -- see above
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise ProcessError(f"{program.name} cannot be started: {error}.") from error
    return Child(program, process)


def last_log_line(log: Path) -> str:
    """Return the last line of `log` that says something, or an empty string."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _turn_log(log: Path) -> None:
    """Keep one older log, so that a long-lived installation does not fill its disk."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def _die_with_parent(number: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None  # pragma: no cover - the ledger alone ends leftovers there
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def between_fork_and_exec() -> None:  # pragma: no cover - runs in the child, before its program
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return between_fork_and_exec


@dataclass(frozen=True)
class Record:
    """One line of the ledger: enough to know a process again."""

    name: str
    pid: int
    started: float
    exe: str
    stop_signal: int


class Ledger:
    """A file that names the running children, for the next start after a kill -9."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: dict[int, Record] = {}

    def add(self, child: Child) -> None:
        """Write down `child`; one that has ended already is left out."""
        try:
            process = psutil.Process(child.pid)
            record = Record(
                name=child.program.name,
                pid=child.pid,
                started=process.create_time(),
                exe=process.exe(),
                stop_signal=int(child.program.stop_signal),
            )
        except psutil.Error:
            return
        self._records[child.pid] = record
        self._write()

    def remove(self, child: Child) -> None:
        """Forget `child`, which has ended."""
        if self._records.pop(child.pid, None):
            self._write()

    def end_leftovers(self, *, grace_seconds: float = 8.0) -> list[str]:
        """End what an earlier run left behind; return the names, sorted."""
        found = [(record, process) for record in self._read() for process in _living(record)]
        leaders = {record.pid for record, process in found if process.pid == record.pid}
        for record, process in found:
            if process.pid == record.pid:
                _send(process, record.stop_signal)
            elif record.pid not in leaders:
                _send(process, signal.SIGKILL)  # without its leader it cannot end in order any more
        processes = [process for _, process in found]
        if not _wait_gone(processes, grace_seconds):
            for process in filter(_is_alive, processes):
                _send(process, signal.SIGKILL)
            _wait_gone(processes, grace_seconds)
        self.path.unlink(missing_ok=True)
        return sorted({record.name for record, _ in found})

    def _read(self) -> list[Record]:
        try:
            rows = json.loads(self.path.read_text())
            return [Record(**row) for row in rows]
        except (OSError, ValueError, TypeError):
            return []  # none yet, or cut off by a full disk: nothing that could be trusted

    def _write(self) -> None:
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.write_text(json.dumps([asdict(record) for record in self._records.values()]))
        draft.replace(self.path)


def _living(record: Record) -> Iterator[psutil.Process]:
    """Yield the recorded process and the members of its session that run the same program."""
    leader = _living_process(record.pid)
    if leader is not None and abs(_age_difference(record, leader)) > START_TOLERANCE_SECONDS:
        return  # the number belongs to somebody else now
    for pid in psutil.pids():
        member = _living_process(pid) if _session(pid) == record.pid else None
        if member is not None and _is_of(record, member):
            yield member


def _living_process(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
    except psutil.Error:
        return None
    return process if _is_alive(process) else None


def _age_difference(record: Record, process: psutil.Process) -> float:
    """Seconds that `process` started after the recorded one."""
    return float(process.create_time()) - record.started


def _is_of(record: Record, process: psutil.Process) -> bool:
    """Whether `process` runs the recorded program and did not start before it."""
    try:
        is_younger = _age_difference(record, process) >= -START_TOLERANCE_SECONDS
        return is_younger and process.exe() == record.exe
    except psutil.Error:
        return False  # gone, or of another account


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return  # gone in the meantime


def _wait_gone(processes: list[psutil.Process], seconds: float) -> bool:
    """Wait until none of `processes` is alive; False when the time ran out."""
    deadline = time.monotonic() + seconds
    while any(_is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
