"""breakthru.embedded: with the real servers where it matters."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from breakthru import embedded
from breakthru.embedded import ServerError, claim, prepare_servers, servers, start_server, wait_until_ready
from breakthru.lib.addresses import Addresses, local_addresses
from breakthru.lib.processes import Account, Child, Program, start


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that a system account may reach: pytest closes its own to others."""
    folder = Path(tempfile.mkdtemp(prefix="breakthru-test-")).resolve()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave accounts alone, also when the tests run as root."""
    monkeypatch.setattr(embedded, "_account", lambda data_dir: None)


def sql(addresses: Addresses, statement: str) -> str:
    """Return what the embedded database answers."""
    psql = [str(embedded.POSTGRES_BIN / "psql"), "-qAtX", "-h", str(addresses.socket_dir), "-U", "postgres"]
    run = subprocess.run([*psql, "breakthru", "-c", statement], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def test_servers_keep_their_data(data_dir: Path) -> None:
    with servers(data_dir) as addresses:
        sql(addresses, "CREATE TABLE kept AS SELECT 42 AS answer")
        with redis.Redis.from_url(addresses.broker_url) as broker:
            broker.set("kept", "yes")

    with servers(data_dir) as addresses, redis.Redis.from_url(addresses.broker_url) as broker:
        assert (sql(addresses, "SELECT answer FROM kept"), broker.get("kept")) == ("42", b"yes")


def test_servers_are_apart_and_set_for_their_work(data_dir: Path) -> None:
    with (
        servers(data_dir, durable=False) as addresses,
        redis.Redis.from_url(addresses.broker_url) as broker,
        redis.Redis.from_url(addresses.cache_url) as cache,
    ):
        broker.set("here", "only")
        policies = [client.config_get("maxmemory-policy")["maxmemory-policy"] for client in (broker, cache)]

        assert (cache.get("here"), policies) == (None, ["noeviction", "allkeys-lru"])
        assert (sql(addresses, "SHOW fsync"), sql(addresses, "SELECT upper('é')")) == ("off", "É")


def test_servers_leave_no_process_behind(data_dir: Path) -> None:
    with servers(data_dir, durable=False):
        pass

    assert ((data_dir / "pids.json").read_text(), (data_dir / "postgres/postmaster.pid").exists()) == (
        "[]",
        False,
    )


def test_claim_is_for_one_run(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(ServerError) as caught, claim(tmp_path):
        pass

    assert str(caught.value) == (
        f"Another run (process {os.getpid()}) uses the data folder {tmp_path}: "
        "stop it first, or choose another folder with DATA_DIR=/path."
    )


def test_claim_ends_with_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with claim(tmp_path / "var"):
            assert (tmp_path / "var" / "lock").read_text() == f"{os.getpid()}\n"


def test_claim_of_an_impossible_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ServerError) as caught, claim(tmp_path / "file" / "var"):
        pass

    assert str(caught.value) == (
        f"The data folder {tmp_path}/file/var cannot be written (Not a directory): "
        "mend its place or owner, or choose another with DATA_DIR=/path."
    )


def test_prepare_servers_of_none_touches_nothing(tmp_path: Path) -> None:
    assert (prepare_servers(tmp_path, wanted=()), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.usefixtures("as_ourselves")
def test_prepare_servers_clears_the_sockets_of_a_killed_run(tmp_path: Path) -> None:
    sockets = local_addresses(tmp_path).socket_dir
    sockets.mkdir()
    (sockets / ".s.PGSQL.5432.lock").write_text("1")

    (server,) = prepare_servers(tmp_path, wanted=["broker"])

    assert (server.label, list(sockets.iterdir())) == ("The broker (Valkey)", [])


@pytest.mark.usefixtures("as_ourselves")
def test_prepare_servers_starts_an_interrupted_cluster_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "half").touch()

    def run_as(account: Account | None, argv: Sequence[str], said: str = "") -> None:
        Path(argv[argv.index("-D") + 1], "whole").touch()

    monkeypatch.setattr(embedded, "_run_as", run_as)
    prepare_servers(tmp_path, wanted=["postgres"])

    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["whole"]


@pytest.mark.usefixtures("as_ourselves")
@pytest.mark.parametrize(
    ("said", "last"), [("initdb: hint\ninitdb: disk full\n", "initdb: disk full"), ("", "it said nothing")]
)
def test_prepare_servers_says_why_a_cluster_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, last: str
) -> None:
    def run_as(account: Account | None, argv: Sequence[str], said_: str = "") -> None:
        raise subprocess.CalledProcessError(1, list(argv), stderr=said)

    monkeypatch.setattr(embedded, "_run_as", run_as)

    with pytest.raises(ServerError) as caught:
        prepare_servers(tmp_path)

    assert str(caught.value) == f"initdb failed: {last}"


@pytest.mark.usefixtures("as_ourselves")
def test_prepare_servers_uses_no_folder_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = local_addresses(tmp_path).socket_dir
    sockets.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: sockets.stat().st_uid + 1)

    with pytest.raises(ServerError) as caught:
        prepare_servers(tmp_path)

    assert str(caught.value) == (
        f"The servers in {tmp_path} cannot be prepared: "
        f"{sockets} belongs to another account; remove it or choose another DATA_DIR"
    )


def test_private_folder_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "trap").symlink_to(tmp_path)

    with pytest.raises(PermissionError):
        embedded._private_folder(tmp_path / "trap", None)


def test_private_folder_goes_to_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Path, int, int]] = []
    monkeypatch.setattr(os, "chown", lambda *arguments: given.append(arguments))

    embedded._private_folder(tmp_path / "new", Account(uid=123, gid=456))

    assert (given, stat.S_IMODE((tmp_path / "new").stat().st_mode)) == ([(tmp_path / "new", 123, 456)], 0o700)


@pytest.mark.usefixtures("as_ourselves")
def test_a_server_that_does_not_run_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_run_as", lambda account, argv, said="": None)

    assert [server.answers() for server in prepare_servers(tmp_path)] == [False, False, False]


def program(tmp_path: Path, *argv: str) -> Program:
    """A program of the tests."""
    return Program(name="test", argv=argv, log=tmp_path / "test.log", cwd=tmp_path)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Child]:
    """A process that does nothing for long."""
    child = start(
        program(tmp_path, "/bin/sh", "-c", "while :; do sleep 0.05; done", "sleeper", str(tmp_path))
    )
    yield child
    child.kill_group()


def test_start_server_says_what_is_missing(tmp_path: Path) -> None:
    server = embedded.Server("Nothing", program(tmp_path, "/no/such/server"), lambda: False)

    with pytest.raises(ServerError, match=r"^test cannot be started: .*No such file or directory"):
        start_server(server)


def test_wait_until_ready_tells_the_last_words_of_what_ended(tmp_path: Path) -> None:
    child = start(program(tmp_path, "/bin/sh", "-c", "echo no space left; exit 3"))

    with pytest.raises(ServerError) as caught:
        wait_until_ready(child, "PostgreSQL", lambda: False)

    expected = f"PostgreSQL did not start (exit 3): see {tmp_path}/test.log. Its last line: no space left"
    assert str(caught.value) == expected


def test_wait_until_ready_does_not_wait_for_ever(tmp_path: Path, sleeper: Child) -> None:
    with pytest.raises(ServerError) as caught:
        wait_until_ready(sleeper, "PostgreSQL", lambda: False, seconds=0)

    expected = f"PostgreSQL did not answer within 0 s: see {tmp_path}/test.log. Its last line: (empty)"
    assert str(caught.value) == expected


def test_wait_until_ready_can_be_cancelled(sleeper: Child) -> None:
    wait_until_ready(sleeper, "PostgreSQL", lambda: False, cancelled=lambda: True)

    assert sleeper.exit_code() is None


@pytest.mark.parametrize(
    "content",
    ["", "cut", f"{2**30}\n/data\n", f"{os.getpid()}\n/data\n"],
    # Named, since a process id differs from worker to worker.
    ids=["empty", "cut", "nobody", "this process"],
)
def test_a_stale_pid_file_is_removed(tmp_path: Path, content: str) -> None:
    (tmp_path / "postmaster.pid").write_text(content)

    embedded._clear_stale_pid_file(tmp_path)

    assert (tmp_path / "postmaster.pid").exists() is False


def test_the_pid_file_of_a_running_server_is_respected(tmp_path: Path, sleeper: Child) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{sleeper.pid}\n{tmp_path}\n")

    with pytest.raises(PermissionError) as caught:
        embedded._clear_stale_pid_file(tmp_path)

    expected = f"a PostgreSQL (process {sleeper.pid}) runs on {tmp_path} already; stop it first"
    assert str(caught.value) == expected


def test_an_ordinary_user_needs_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert embedded._account(tmp_path) is None


class Root:
    """A root of the tests: owns a fake installation, has `accounts`, and remembers what it `ran`."""

    def __init__(self, folder: Path) -> None:
        self.accounts: dict[str, Any] = {}
        self.ran: list[str] = []
        self.bin = folder / "pg" / "bin"
        self.bin.mkdir(parents=True)
        self.postgres, self.valkey = self.bin / "postgres", folder / "valkey-server"
        for binary in (self.postgres, self.valkey):
            binary.touch(mode=0o755)
        self.data_dir = folder / "var"
        self.data_dir.mkdir()

    def run(self, command: list[str], **options: Any) -> None:
        self.ran.append(command[0])
        self.accounts[command[-1]] = SimpleNamespace(pw_uid=701, pw_gid=702)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    """Become root, with everything that root would change replaced."""
    root = Root(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(embedded, "POSTGRES_BIN", root.bin)
    monkeypatch.setattr(embedded, "get_binary_path", lambda: root.valkey)
    monkeypatch.setattr(embedded, "_open_parents", lambda folder: None)
    monkeypatch.setattr(pwd, "getpwnam", root.accounts.__getitem__)
    monkeypatch.setattr(subprocess, "run", root.run)
    return root


def test_root_makes_an_account_once(root: Root) -> None:
    accounts = [embedded._account(root.data_dir) for _ in range(2)]

    assert (accounts, root.ran) == ([Account(701, 702)] * 2, ["useradd"])


def test_root_leaves_a_cluster_to_its_owner(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    (root.data_dir / "postgres").mkdir()
    monkeypatch.setattr(
        Path, "stat", lambda self, **options: SimpleNamespace(st_mode=0o755, st_uid=8, st_gid=9)
    )

    assert embedded._account(root.data_dir) == Account(8, 9)


def test_root_takes_over_a_cluster_of_its_own(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    (root.data_dir / "postgres").mkdir()
    monkeypatch.setattr(
        Path, "stat", lambda self, **options: SimpleNamespace(st_mode=0o755, st_uid=0, st_gid=0)
    )

    assert embedded._account(root.data_dir) == Account(701, 702)


def mode(path: Path) -> int:
    """The permission bits of `path`."""
    return stat.S_IMODE(path.stat().st_mode)


def test_open_parents_lets_others_pass_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "open").mkdir(mode=0o755)

    # What lies above belongs to the machine: only what is missing is added, and here nothing may be.
    stop = tmp_path / "home"
    embedded._open_parents(stop / "open", upto=stop)

    assert (mode(stop), mode(stop / "open")) == (0o701, 0o755)


def test_open_tree_mends_what_a_strict_umask_hid(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir(mode=0o700)
    (tmp_path / "bin" / "server").touch(mode=0o700)
    (tmp_path / "data").touch(mode=0o600)

    embedded._open_tree(tmp_path, tmp_path / "bin" / "server")

    modes = [mode(path) for path in (tmp_path / "bin", tmp_path / "bin" / "server", tmp_path / "data")]
    assert modes == [0o755, 0o755, 0o644]


def test_open_tree_leaves_alone_what_is_open(tmp_path: Path) -> None:
    (tmp_path / "server").touch(mode=0o755)
    (tmp_path / "secret").touch(mode=0o600)

    embedded._open_tree(tmp_path, tmp_path / "server")

    assert mode(tmp_path / "secret") == 0o600
