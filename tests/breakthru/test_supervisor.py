"""breakthru.supervisor: with real, short-lived processes and a clock that the tests give."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from breakthru.lib.processes import Child, Ledger, ProcessError, Program
from breakthru.supervisor import LONGEST_PAUSE_SECONDS, Stopping, Supervisor, describe_exit, shorten

FOREVER = "while :; do sleep 0.05; done"


class House:
    """A supervisor, what it said, and the folder of its programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.stopping = Stopping()
        self.supervisor = Supervisor(Ledger(folder / "pids.json"), self.stopping, self.said.append)

    def program(self, name: str, script: str) -> Program:
        """A shell script as a program."""
        log = self.folder / f"{name}.log"
        return Program(name=name, argv=("/bin/sh", "-c", script), log=log, cwd=self.folder)

    def child(self) -> Child | None:
        """The process of the first program."""
        return self.supervisor.slots[0].child

    def recorded(self) -> str:
        """What the ledger says; a program that ends at once may never have been written down."""
        path = self.supervisor.ledger.path
        return path.read_text() if path.exists() else "[]"

    def fallen(self, now: float) -> None:
        """Start a program that falls at once, and let the supervisor notice it at `now`."""
        self.supervisor.start(self.program("web", "exit 3")).process.wait()
        self.supervisor.slots[0].started_at = now
        self.supervisor.check(now)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty house; what is left in it is stopped afterwards."""
    house = House(tmp_path)
    yield house
    house.supervisor.stop()


def test_check_leaves_the_healthy_alone(house: House) -> None:
    child = house.supervisor.start(house.program("web", FOREVER))

    house.supervisor.check(0)

    assert (house.child(), house.said) == (child, [])


def test_check_says_what_fell(house: House) -> None:
    house.fallen(now=100)

    said = f"web stopped (exit 3); starting it again in 0.5 s. Its log: {house.folder}/web.log"
    assert (house.said, house.child(), house.recorded()) == ([said], None, "[]")


def test_check_waits_for_the_end_of_the_pause(house: House) -> None:
    house.fallen(now=100)

    house.supervisor.check(100.4)

    assert house.child() is None


def test_check_starts_again_after_the_pause(house: House) -> None:
    house.fallen(now=100)

    house.supervisor.check(100.5)

    child = house.child()
    assert child is not None
    assert child.process.wait() == 3


def test_pauses_grow_up_to_a_limit(house: House) -> None:
    house.fallen(now=100)
    slot = house.supervisor.slots[0]

    pauses = []
    for _ in range(8):
        pauses.append(slot.next_start_at - 100)
        slot.next_start_at = 100
        house.supervisor.check(100)
        assert slot.child is not None
        slot.child.process.wait()
        house.supervisor.check(100)

    assert pauses == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_pauses_start_anew_after_a_healthy_time(house: House) -> None:
    house.fallen(now=100)
    slot = house.supervisor.slots[0]
    house.supervisor.check(101)
    assert slot.child is not None
    slot.child.process.wait()

    house.supervisor.check(162)

    assert slot.next_start_at == 162.5


def test_check_goes_on_when_a_program_cannot_be_started(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.fallen(now=100)

    def refuse(program: Program) -> Child:
        raise ProcessError("web cannot be started: no memory.")

    monkeypatch.setattr("breakthru.supervisor.start", refuse)
    house.supervisor.check(101)

    reason = "web cannot be started: no memory."
    said = f"web stopped ({reason}); starting it again in 1 s. Its log: {house.folder}/web.log"
    assert house.said[1:] == [said]


def test_stop_ends_the_last_started_first(house: House) -> None:
    order = house.folder / "order"
    for name in ("database", "web"):
        script = f"trap 'echo {name} >> {order}; exit 0' TERM; echo ready; {FOREVER}"
        child = house.supervisor.start(house.program(name, script))
        while b"ready" not in child.program.log.read_bytes():
            assert child.exit_code() is None

    house.supervisor.stop()

    assert (order.read_text().split(), [slot.child for slot in house.supervisor.slots]) == (
        ["web", "database"],
        [None, None],
    )


def test_stop_passes_over_the_fallen(house: House) -> None:
    house.fallen(now=100)

    house.supervisor.stop()

    assert house.child() is None


def test_run_once_returns_the_exit_code(house: House) -> None:
    code = house.supervisor.run_once(house.program("prepare", "exit 5"))

    assert (code, house.supervisor.slots, house.recorded()) == (5, [], "[]")


def test_run_once_waits_for_the_end(house: House) -> None:
    assert house.supervisor.run_once(house.program("prepare", "sleep 0.1; exit 5")) == 5


def test_run_once_ends_early_when_a_stop_is_asked(house: House) -> None:
    house.stopping.requests = 1

    assert house.supervisor.run_once(house.program("prepare", FOREVER)) == -signal.SIGTERM


def test_watch_checks_until_a_stop_is_asked(house: House) -> None:
    house.supervisor.start(house.program("web", "exit 3")).process.wait()
    timer = threading.Timer(0.05, lambda: setattr(house.stopping, "requests", 1))

    timer.start()
    house.supervisor.watch(seconds_between=0.01)
    timer.join()

    assert len(house.said) == 1


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ([], (False, False)),
        ([signal.SIGINT], (True, False)),
        ([signal.SIGTERM, signal.SIGHUP], (True, True)),
    ],
)
def test_stopping_counts_signals(signals: list[signal.Signals], expected: tuple[bool, bool]) -> None:
    stopping = Stopping()

    with stopping.on_signals():
        for number in signals:
            os.kill(os.getpid(), number)

    assert (stopping.requested(), stopping.hurried()) == expected


def test_stopping_gives_the_handlers_back() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with Stopping().on_signals():
        pass

    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(("code", "words"), [(0, "exit 0"), (3, "exit 3"), (-9, "signal 9")])
def test_describe_exit(code: int, words: str) -> None:
    assert describe_exit(code) == words


def test_shorten_names_paths_from_the_working_folder() -> None:
    assert (shorten(Path.cwd() / "var" / "logs"), shorten(Path("/elsewhere/logs"))) == (
        "var/logs",
        "/elsewhere/logs",
    )
