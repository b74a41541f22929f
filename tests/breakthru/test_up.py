"""`manage.py up`, part by part; tests/faults/test_up.py runs the whole."""

import errno
import io
import os
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from breakthru.embedded import Server, ServerError
from breakthru.lib.addresses import local_addresses
from breakthru.lib.processes import Ledger, ProcessError, Program
from breakthru.management.commands import up
from breakthru.management.commands.up import (
    DEMO_ACCOUNTS,
    Command,
    Place,
    check_port,
    is_web_alive,
    place_from,
    read_secret_key,
    site_programs,
)
from breakthru.supervisor import Stopping, Supervisor


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A run in a folder of the tests."""
    return Place(
        base_dir=tmp_path,
        data_dir=tmp_path,
        host="127.0.0.1",
        port=8000,
        site_url="http://localhost:8000",
        wanted_servers=("postgres", "broker", "cache"),
        environment={"DEBUG": "1"},
    )


class Terminal:
    """A command whose lines are kept, and a supervisor whose programs are stopped after the test."""

    def __init__(self, folder: Path) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.command = Command(stdout=self.out, stderr=self.err, no_color=True)
        self.stopping = Stopping()
        self.supervisor = Supervisor(Ledger(folder / "pids.json"), self.stopping, self.command.say)

    def running(self) -> list[str]:
        """The names of what runs, in starting order."""
        return [slot.program.name for slot in self.supervisor.slots if slot.child]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A command to run."""
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.supervisor.stop()


def test_place_spells_out_every_address(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.PORT = tmp_path, 8123
    addresses = local_addresses(tmp_path)

    place = place_from({"PATH": "/bin", "HOST": "0.0.0.0", "CACHE_URL": ""})  # noqa: S104 -- not bound here

    assert place.environment == {
        "PATH": "/bin",
        "HOST": "0.0.0.0",  # noqa: S104
        "DEBUG": "1",
        "DATA_DIR": str(tmp_path),
        "PORT": "8123",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "breakthru.settings",
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.broker_url,
        "CACHE_URL": addresses.cache_url,
    }
    assert (place.host, place.port, place.wanted_servers) == (
        "0.0.0.0",  # noqa: S104
        8123,
        ("postgres", "broker", "cache"),
    )


def test_place_starts_no_server_whose_address_is_given() -> None:
    place = place_from({"DATABASE_URL": "postgres://db/site", "REDIS_URL": "redis://broker"})

    assert (place.wanted_servers, place.environment["DATABASE_URL"]) == (("cache",), "postgres://db/site")


def test_check_port_accepts_a_free_port() -> None:
    check_port("127.0.0.1", 0)


def test_check_port_names_another_when_one_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            check_port("127.0.0.1", port)

    advice = f"stop the program that uses it, or choose another: PORT={port + 1} make run"
    assert str(caught.value) == f"Port {port} is taken: {advice}"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OverflowError(), "PORT=99 is no port: choose one from 1024 to 65535."),
        (OSError(errno.EACCES, "x"), "Port 99 needs root: choose a higher one: PORT=8000 make run"),
        (
            OSError(errno.EADDRNOTAVAIL, "x"),
            f"HOST=10.0.0.1 is not an address of this machine ({os.strerror(errno.EADDRNOTAVAIL)}).",
        ),
    ],
)
def test_check_port_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def refuse(address: tuple[str, int], *, family: int) -> socket.socket:
        raise error

    monkeypatch.setattr(socket, "create_server", refuse)

    with pytest.raises(ServerError) as caught:
        check_port("10.0.0.1", 99)

    assert str(caught.value) == message


def test_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "secret-key.new").write_text("an interrupted run")

    first, second = read_secret_key(tmp_path), read_secret_key(tmp_path)

    mode = stat.S_IMODE((tmp_path / "secret-key").stat().st_mode)
    assert (len(first), first == second, mode) == (67, True, 0o600)


class FakeConnection:
    """Answers with `status`, or fails with it; remembers what was asked of whom."""

    status: int | Exception = 200
    asked: tuple[Any, ...] = ()

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.address = (host, port)

    def request(self, method: str, path: str, headers: dict[str, str]) -> None:
        FakeConnection.asked = (*self.address, method, path, headers)

    def getresponse(self) -> SimpleNamespace:
        if isinstance(self.status, Exception):
            raise self.status
        return SimpleNamespace(status=self.status)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "expected"), [(200, True), (503, False), (ConnectionRefusedError(), False)]
)
def test_web_is_alive_when_it_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch, status: int | Exception, expected: bool
) -> None:
    monkeypatch.setattr(FakeConnection, "status", status)
    monkeypatch.setattr(up, "HTTPConnection", FakeConnection)

    assert is_web_alive(place) is expected


def test_web_is_asked_by_its_own_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "HTTPConnection", FakeConnection)

    is_web_alive(replace(place, host="::"))

    assert FakeConnection.asked == ("::1", 8000, "GET", "/healthz", {"Host": "localhost:8000"})


def test_site_programs_start_the_web_last(place: Place) -> None:
    programs = site_programs(place)

    assert [(program.name, program.argv[0], program.stop_signal) for program in programs] == [
        ("relay", sys.executable, signal.SIGTERM),
        ("worker", sys.executable, signal.SIGQUIT),
        ("beat", sys.executable, signal.SIGTERM),
        ("web", sys.executable, signal.SIGTERM),
    ]


def test_jobs_may_hold_the_database_longer_than_requests(place: Place) -> None:
    given = {program.name: program.env.get("STATEMENT_TIMEOUT_MS") for program in site_programs(place)}

    assert given == {"relay": "60000", "worker": "60000", "beat": None, "web": None}


def test_jobs_keep_a_limit_that_is_given(place: Place) -> None:
    chosen = replace(place, environment={"STATEMENT_TIMEOUT_MS": "5"})

    assert {program.env["STATEMENT_TIMEOUT_MS"] for program in site_programs(chosen)} == {"5"}


def test_web_server_writes_no_addresses(place: Place) -> None:
    assert "--access-log" not in site_programs(place)[-1].argv


def test_prepare_migrates_and_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(up, "call_command", lambda name, **options: called.append(name))

    call_command("up", "--prepare")

    assert called == ["migrate", "load_vocabulary", "seed_demo"]


@pytest.mark.parametrize("error", [ServerError("No disk."), ProcessError("No disk.")])
def test_up_ends_with_one_line_when_something_is_missing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(terminal.command, "run", fail)

    with pytest.raises(SystemExit) as caught:
        terminal.command.handle(prepare=False)

    assert (caught.value.code, terminal.err.getvalue(), terminal.out.getvalue()) == (1, "No disk.\n", "")


def test_up_refuses_to_be_a_production(terminal: Terminal) -> None:
    with pytest.raises(ServerError) as caught:
        terminal.command.run({"DEBUG": "0"}, terminal.stopping)

    message = "`up` runs the demo and needs DEBUG=1; for production see docker-compose.yml."
    assert str(caught.value) == message


@pytest.fixture
def run_here(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `run` meet a folder of its own and a free port."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(up, "check_port", lambda host, port: None)


@pytest.mark.usefixtures("run_here")
def test_run_ends_leftovers_and_stops_in_peace(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "end_leftovers", lambda self: ["web"])
    monkeypatch.setattr(
        terminal.command, "bring_up", lambda place, supervisor: os.kill(os.getpid(), signal.SIGTERM)
    )

    terminal.command.run({}, terminal.stopping)

    assert terminal.out.getvalue().splitlines() == [
        "Ended what an earlier run left behind: web.",
        "Stopping ...",
        "Everything is stopped.",
    ]


@pytest.mark.usefixtures("run_here")
def test_run_stops_what_it_started_when_the_rest_fails(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring_up(place: Place, supervisor: Supervisor) -> None:
        supervisor.start(sleeper("postgres", tmp_path))
        raise ServerError("No broker.")

    monkeypatch.setattr(terminal.command, "bring_up", bring_up)

    with pytest.raises(ServerError, match=r"^No broker\.$"):
        terminal.command.run({}, terminal.stopping)

    assert (tmp_path / "pids.json").read_text() == "[]"


def sleeper(name: str, folder: Path) -> Program:
    """A program that does nothing until it is stopped."""
    return Program(name=name, argv=("/bin/sleep", "1000"), log=folder / "log", cwd=folder)


@pytest.fixture
def quick(place: Place, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace servers, preparation and site by sleepers; the dict says how the preparation ends."""
    behavior: dict[str, Any] = {"code": 0, "during": lambda: None, "environment": {}}
    postgres = Server("PostgreSQL", sleeper("postgres", place.data_dir), lambda: True)

    def run_once(supervisor: Supervisor, program: Program) -> int:
        program.log.parent.mkdir()
        program.log.write_text("OperationalError: no such host\n")
        behavior["environment"] = program.env
        behavior["during"]()
        return int(behavior["code"])

    monkeypatch.setattr(up, "prepare_servers", lambda data_dir, wanted: [postgres])
    monkeypatch.setattr(up, "site_programs", lambda place: [sleeper("web", place.data_dir)])
    monkeypatch.setattr(up, "is_web_alive", lambda place: True)
    monkeypatch.setattr(Supervisor, "run_once", run_once)
    return behavior


@pytest.mark.usefixtures("quick")
def test_bring_up_starts_everything_and_welcomes(terminal: Terminal, place: Place) -> None:
    terminal.command.bring_up(place, terminal.supervisor)

    lines = terminal.out.getvalue().splitlines()
    assert (terminal.running(), lines[2]) == (
        ["postgres", "web"],
        "BreakThru is ready: http://localhost:8000/",
    )


def test_bring_up_gives_the_installation_its_key(
    terminal: Terminal, place: Place, quick: dict[str, Any]
) -> None:
    terminal.command.bring_up(place, terminal.supervisor)

    assert quick["environment"] == {"DEBUG": "1", "SECRET_KEY": read_secret_key(place.data_dir)}


def test_bring_up_keeps_a_key_that_is_given(terminal: Terminal, place: Place, quick: dict[str, Any]) -> None:
    terminal.command.bring_up(replace(place, environment={"SECRET_KEY": "mine"}), terminal.supervisor)

    assert quick["environment"] == {"SECRET_KEY": "mine"}


def test_bring_up_tells_why_the_database_cannot_be_prepared(
    terminal: Terminal, place: Place, quick: dict[str, Any]
) -> None:
    quick["code"] = 1

    with pytest.raises(ServerError) as caught:
        terminal.command.bring_up(place, terminal.supervisor)

    log = place.data_dir / "logs" / "prepare.log"
    expected = f"The database cannot be prepared (exit 1): see {log}. OperationalError: no such host"
    assert (str(caught.value), terminal.running()) == (expected, ["postgres"])


def test_bring_up_stops_early_when_asked(terminal: Terminal, place: Place, quick: dict[str, Any]) -> None:
    quick.update(code=-15, during=lambda: setattr(terminal.stopping, "requests", 1))

    terminal.command.bring_up(place, terminal.supervisor)

    assert terminal.running() == ["postgres"]


@pytest.mark.usefixtures("quick")
def test_bring_up_welcomes_nobody_while_it_stops(
    terminal: Terminal, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_web_alive(place: Place) -> bool:
        terminal.stopping.requests = 1
        return False

    monkeypatch.setattr(up, "is_web_alive", is_web_alive)
    terminal.command.bring_up(place, terminal.supervisor)

    assert "ready" not in terminal.out.getvalue()


def test_welcome_names_every_demo_account(terminal: Terminal, place: Place) -> None:
    terminal.command.welcome(place)

    named = [line.split()[0] for line in terminal.out.getvalue().splitlines() if "@demo.test" in line]
    assert named == [f"{name}@demo.test" for name, _ in DEMO_ACCOUNTS]


def test_say_survives_a_closed_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise BrokenPipeError

    monkeypatch.setattr(terminal.out, "flush", fail)

    terminal.command.say("hello")

    assert terminal.out.getvalue() == "hello\n"
