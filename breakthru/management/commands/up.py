"""`manage.py up`: the whole site with its servers and jobs, on a machine that has none (`make run`)."""

import errno
import os
import secrets
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from breakthru.embedded import (
    BROKER,
    CACHE,
    DATABASE,
    ServerError,
    claim,
    prepare_servers,
    wait_until_ready,
)
from breakthru.lib.addresses import local_addresses
from breakthru.lib.processes import Ledger, ProcessError, Program, last_log_line
from breakthru.supervisor import Stopping, Supervisor, describe_exit, shorten

# The server that is started when the environment does not name another.
URL_OF = {DATABASE: "DATABASE_URL", BROKER: "REDIS_URL", CACHE: "CACHE_URL"}
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where a listener on all is reached
# As in docker-compose.yml: a job may take longer than a visitor would wait.
JOB_ENVIRONMENT = {"STATEMENT_TIMEOUT_MS": "60000"}
DEMO_PASSWORD = "breakthru-demo"  # noqa: S105 -- printed on purpose; the demo refuses to run in production
DEMO_ACCOUNTS = (
    ("learner", "a learner"),
    ("premium", "a learner with Premium"),
    ("mentee", "a learner in a mentorship"),
    ("mentor", "a verified mentor"),
    ("applicant", "applies to become a mentor"),
    ("editor", "staff: Learner Series"),
    ("moderator", "staff: reports and Feed"),
    ("coordinator", "staff: mentors and matching"),
    ("safeguarding", "staff: safeguarding lead"),
    ("billing", "staff: memberships"),
    ("admin", "everything"),
)


@dataclass(frozen=True)
class Place:
    """Where this run lives: its folders, its address, and the environment of its processes."""

    base_dir: Path
    data_dir: Path
    host: str
    port: int
    site_url: str
    wanted_servers: tuple[str, ...]
    environment: Mapping[str, str]


def place_from(environ: Mapping[str, str]) -> Place:
    """Read where to run from the settings and `environ`; children get every address spelled out."""
    addresses = local_addresses(settings.DATA_DIR)
    local = {
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.broker_url,
        "CACHE_URL": addresses.cache_url,
        "DJANGO_SETTINGS_MODULE": "breakthru.settings",
    }
    given = {name: value for name, value in environ.items() if value}
    return Place(
        base_dir=settings.BASE_DIR,
        data_dir=settings.DATA_DIR,
        host=given.get("HOST", "127.0.0.1"),
        port=settings.PORT,
        site_url=settings.SITE_URL,
        wanted_servers=tuple(name for name, variable in URL_OF.items() if variable not in given),
        environment={
            **local,
            **given,
            "DEBUG": "1",
            "DATA_DIR": str(settings.DATA_DIR),
            "PORT": str(settings.PORT),
            "PYTHONUNBUFFERED": "1",
        },
    )


def check_port(host: str, port: int) -> None:
    """Raise ServerError when nobody can listen on `host` and `port`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OverflowError as error:
        raise ServerError(f"PORT={port} is no port: choose one from 1024 to 65535.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            advice = f"stop the program that uses it, or choose another: PORT={port + 1} make run"
            raise ServerError(f"Port {port} is taken: {advice}") from error
        if error.errno == errno.EACCES:
            raise ServerError(f"Port {port} needs root: choose a higher one: PORT=8000 make run") from error
        raise ServerError(
            f"HOST={host} is not an address of this machine ({os.strerror(error.errno or 0)})."
        ) from error


def read_secret_key(data_dir: Path) -> str:
    """Return the key of this installation; made on the first run, readable by its owner only."""
    path = data_dir / "secret-key"
    if path.exists():
        return path.read_text().strip()
    draft = path.with_name("secret-key.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50))
    draft.replace(path)
    return path.read_text()


def is_web_alive(place: Place) -> bool:
    """Whether the web server answers `/healthz` with 200."""
    connection = HTTPConnection(ANY_ADDRESS.get(place.host, place.host), place.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(place.site_url).netloc})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def site_programs(place: Place) -> list[Program]:
    """Return the site's own programs in starting order; they are stopped from the last to the first."""
    celery = ("celery", "-A", "breakthru")
    worker = ("worker", "--pool", "prefork", "--concurrency", "1", "--loglevel", "INFO")
    lean = ("--without-gossip", "--without-mingle")
    beat = ("beat", "--schedule", str(place.data_dir / "beat-schedule"), "--loglevel", "INFO")
    jobs = replace(place, environment={**JOB_ENVIRONMENT, **place.environment})
    address = ("--host", place.host, "--port", str(place.port))
    granian = ("granian", "--interface", "wsgi", *address, "--workers", "1", "--blocking-threads", "4")
    return [
        _program(jobs, "relay", ("manage.py", "relay")),
        replace(
            _program(jobs, "worker", ("-m", *celery, *worker, *lean)),
            # Celery's soft shutdown: tasks get a while to end, then go back to the queue.
            stop_signal=signal.SIGQUIT,
            grace_seconds=25,
            # Without its broker it would wait for one; the outbox repeats what a kill interrupts.
            orphan_signal=signal.SIGKILL,
        ),
        _program(place, "beat", ("-m", *celery, *beat)),
        _program(place, "web", ("-m", *granian, "--no-ws", "breakthru.wsgi:application")),
    ]


def _program(place: Place, name: str, arguments: tuple[str, ...]) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, *arguments),
        log=place.data_dir / "logs" / f"{name}.log",
        cwd=place.base_dir,
        env=place.environment,
    )


class Command(BaseCommand):
    """Start PostgreSQL, Valkey, migrations, demo, web, relay, worker and beat; stop all on Ctrl-C."""

    help = "Run the whole site with its own servers and the demo. For development, not for production."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--prepare` is the part that runs between the servers' start and the site's."""
        parser.add_argument("--prepare", action="store_true", help="only migrate and load the demo, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal asks to stop; exit 1 after one line when something cannot be had."""
        if options["prepare"]:
            self.prepare()
            return
        try:
            self.run(os.environ, Stopping())
        except (ServerError, ProcessError) as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error

    def prepare(self) -> None:
        """Bring the database up to date and load what the site needs; each step can be repeated."""
        call_command("migrate", interactive=False)
        call_command("load_vocabulary")
        call_command("seed_demo")

    def run(self, environ: Mapping[str, str], stopping: Stopping) -> None:
        """Bring the site up, keep it up, and take it down. Raises ServerError or ProcessError."""
        if environ.get("DEBUG") and not settings.DEBUG:
            raise ServerError("`up` runs the demo and needs DEBUG=1; for production see docker-compose.yml.")
        place = place_from(environ)
        ledger = Ledger(place.data_dir / "pids.json")
        with claim(place.data_dir), stopping.on_signals():
            for name in ledger.end_leftovers():
                self.say(f"Ended what an earlier run left behind: {name}.")
            check_port(place.host, place.port)
            supervisor = Supervisor(ledger, stopping, self.say)
            try:
                self.bring_up(place, supervisor)
                supervisor.watch()
                self.say("Stopping ...")
            finally:
                supervisor.stop()
            self.say("Everything is stopped.")

    def bring_up(self, place: Place, supervisor: Supervisor) -> None:
        """Start servers, prepare the database, start the site; return when it answers or a stop is asked."""
        stopping = supervisor.stopping
        for server in prepare_servers(place.data_dir, wanted=place.wanted_servers):
            child = supervisor.start(server.program)
            wait_until_ready(child, server.label, server.answers, cancelled=stopping.requested)
        key = place.environment.get("SECRET_KEY") or read_secret_key(place.data_dir)
        place = replace(place, environment={**place.environment, "SECRET_KEY": key})
        self.say("Preparing the database and the demo; the first time this takes a little.")
        program = _program(place, "prepare", ("manage.py", "up", "--prepare"))
        code = supervisor.run_once(program)
        if stopping.requested():
            return
        if code != 0:
            said = last_log_line(program.log)
            raise ServerError(
                f"The database cannot be prepared ({describe_exit(code)}): see {program.log}. {said}"
            )
        children = [supervisor.start(program) for program in site_programs(place)]
        wait_until_ready(
            children[-1], "The web server", lambda: is_web_alive(place), cancelled=stopping.requested
        )
        if not stopping.requested():
            self.welcome(place)

    def welcome(self, place: Place) -> None:
        """Say where the site is and who can log in."""
        self.say(f"\nBreakThru is ready: {place.site_url}/\n")
        self.say(f"Demo accounts, all with the password {DEMO_PASSWORD}:")
        for name, role in DEMO_ACCOUNTS:
            self.say(f"  {name + '@demo.test':<26}{role}")
        self.say(f"\nLogs: {shorten(place.data_dir / 'logs')}   Ctrl-C stops everything.")

    def say(self, line: str) -> None:
        """Print one line at once; a closed terminal is no reason to fall."""
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError:
            return
