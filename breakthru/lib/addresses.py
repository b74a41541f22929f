"""Where the servers of the default run listen: computed from the data folder alone."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# sockaddr_un.sun_path holds 104 bytes on macOS and 108 on Linux, with the closing NUL; the longest
# name put into the folder is ".s.PGSQL.5432.lock".
MAX_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")

# Not tempfile.gettempdir(): two terminals with different TMPDIR must find the same servers.
SHORT_FOLDER = Path("/tmp")  # noqa: S108 -- the folder made in it is private and its owner is checked


@dataclass(frozen=True)
class Addresses:
    """The three addresses of one data folder, in the form of DATABASE_URL, REDIS_URL and CACHE_URL."""

    socket_dir: Path
    database_url: str
    broker_url: str
    cache_url: str


def local_addresses(data_dir: Path) -> Addresses:
    """Return the Unix-socket addresses of the embedded servers that keep their data in `data_dir`.

    Pure: starts nothing and touches no file. Folders too deep for a socket get a short one below
    /tmp, named by a hash of `data_dir`.
    """
    resolved = data_dir.resolve()
    socket_dir = resolved / "sockets"
    if len(str(socket_dir).encode()) + LONGEST_SOCKET_NAME > MAX_SOCKET_PATH:
        digest = hashlib.sha256(str(resolved).encode()).hexdigest()[:12]
        socket_dir = SHORT_FOLDER / f"breakthru-{digest}"
    return Addresses(
        socket_dir=socket_dir,
        database_url=f"postgres://postgres@{quote(str(socket_dir), safe='')}/breakthru",
        broker_url=f"unix://{quote(str(socket_dir))}/broker.sock",
        cache_url=f"unix://{quote(str(socket_dir))}/cache.sock",
    )
