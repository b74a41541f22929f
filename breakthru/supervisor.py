"""Keeps a set of programs running until told to stop, then stops them in order."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from breakthru.lib.processes import POLL_SECONDS, Child, Ledger, ProcessError, Program, start

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A program that ran this long was healthy: its next fall starts the pauses anew.
HEALTHY_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Slot:
    """One program that is meant to run, and its story so far. Times are of the monotonic clock."""

    program: Program
    child: Child | None
    started_at: float
    pause: float = FIRST_PAUSE_SECONDS
    next_start_at: float = 0.0


class Stopping:
    """Counts the requests to stop: the first asks for an orderly end, the second for a quick one."""

    def __init__(self) -> None:
        self.requests = 0

    def requested(self) -> bool:
        """Whether anybody asked to stop."""
        return self.requests > 0

    def hurried(self) -> bool:
        """Whether anybody asked twice."""
        return self.requests > 1

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Count SIGINT, SIGTERM and SIGHUP instead of dying of them. Main thread only."""

        def count(number: int, frame: FrameType | None) -> None:
            del number, frame
            self.requests += 1

        before = {number: signal.signal(number, count) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Supervisor:
    """Starts programs, starts again what falls, and stops all of them, last started first."""

    def __init__(self, ledger: Ledger, stopping: Stopping, say: Callable[[str], None]) -> None:
        self.ledger = ledger
        self.stopping = stopping
        self.say = say
        self.slots: list[Slot] = []

    def start(self, program: Program) -> Child:
        """Start `program` and keep it running from now on. Raises ProcessError."""
        child = start(program)
        self.ledger.add(child)
        self.slots.append(Slot(program, child, started_at=time.monotonic()))
        return child

    def run_once(self, program: Program) -> int:
        """Run `program` to its end and return its exit code; a request to stop ends it early.

        Raises ProcessError.
        """
        child = start(program)
        self.ledger.add(child)
        while child.exit_code() is None and not self.stopping.requested():
            time.sleep(POLL_SECONDS)
        child.stop(hurry=self.stopping.hurried)
        self.ledger.remove(child)
        return child.process.returncode

    def watch(self, *, seconds_between: float = 0.25) -> None:
        """Keep everything running until a stop is requested."""
        while not self.stopping.requested():
            self.check(time.monotonic())
            time.sleep(seconds_between)

    def check(self, now: float) -> None:
        """Look at every program once: notice the fallen, start again those whose pause is over."""
        for slot in self.slots:
            if slot.child is not None:
                self._notice(slot, slot.child, now)
            elif now >= slot.next_start_at:
                self._start_again(slot, now)

    def stop(self) -> None:
        """Stop all programs, the last started first; returns when none is left."""
        for slot in reversed(self.slots):
            if slot.child is not None:
                slot.child.stop(hurry=self.stopping.hurried)
                self.ledger.remove(slot.child)
                slot.child = None

    def _notice(self, slot: Slot, child: Child, now: float) -> None:
        code = child.exit_code()
        if code is None:
            return
        child.kill_group()
        self.ledger.remove(child)
        if now - slot.started_at > HEALTHY_SECONDS:
            slot.pause = FIRST_PAUSE_SECONDS
        self._plan_start(slot, now, describe_exit(code))

    def _start_again(self, slot: Slot, now: float) -> None:
        try:
            slot.child = start(slot.program)
        except ProcessError as error:
            self._plan_start(slot, now, str(error))
            return
        slot.started_at = now
        self.ledger.add(slot.child)

    def _plan_start(self, slot: Slot, now: float, reason: str) -> None:
        slot.child = None
        slot.next_start_at = now + slot.pause
        self.say(
            f"{slot.program.name} stopped ({reason}); starting it again in {slot.pause:g} s. "
            f"Its log: {shorten(slot.program.log)}"
        )
        slot.pause = min(slot.pause * 2, LONGEST_PAUSE_SECONDS)


def describe_exit(code: int) -> str:
    """Return an exit code of `subprocess` in words: `exit 3` or `signal 9`."""
    return f"exit {code}" if code >= 0 else f"signal {-code}"


def shorten(path: Path) -> str:
    """Return `path` as seen from the working folder, where that is shorter."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
