"""What stands beside the code agrees with it: compose, image, locks, Makefile, README, CI."""

import json
import os
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from breakthru.management.commands.up import JOB_ENVIRONMENT

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "breakthru" / "settings.py").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PYPROJECT = (ROOT / "pyproject.toml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SITE = ("migrate", "web", "relay", "worker", "beat")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def words(service: str) -> str:
    """Return the command of a service as one line."""
    return " ".join(SERVICES[service]["command"])


def names_read_by_settings() -> set[str]:
    """Return the environment names that settings.py reads."""
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))


def image_command() -> list[str]:
    """Return the CMD of the image."""
    cmd = (ROOT / "Dockerfile").read_text().partition("\nCMD ")[2].replace("\\\n", "")
    command: list[str] = json.loads(cmd)
    return command


def test_compose_has_the_house_and_its_servers() -> None:
    assert set(SERVICES) == {*SITE, "postgres", "broker", "cache"}


def test_compose_names_commands_that_exist() -> None:
    named = {
        name for service in SITE[:1] + SITE[2:] for name in re.findall(r"manage\.py (\w+)", words(service))
    }

    assert named - set(get_commands()) == set()
    assert {"migrate", "relay"} <= named


@pytest.mark.parametrize("service", ["relay", "worker"])
def test_compose_gives_jobs_the_time_that_up_gives_them(service: str) -> None:
    environment = SERVICES[service]["environment"]

    assert {name: str(environment.get(name)) for name in JOB_ENVIRONMENT} == JOB_ENVIRONMENT
    # A statement ends before Celery's soft limit ends its job.
    assert environment["STATEMENT_TIMEOUT_MS"] / 1000 < settings.CELERY_TASK_SOFT_TIME_LIMIT


@pytest.mark.parametrize("service", ["worker", "beat"])
def test_compose_names_the_celery_application(service: str) -> None:
    assert words(service).split()[:4] == ["celery", "-A", "breakthru", service]


def test_the_image_writes_no_addresses_into_its_log() -> None:
    assert "--access-log" not in image_command()


def test_the_image_serves_an_application_that_exists() -> None:
    module, _, name = image_command()[-1].partition(":")

    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize("service", SITE)
def test_compose_sets_only_what_settings_read(service: str) -> None:
    assert set(SERVICES[service]["environment"]) - names_read_by_settings() == set()


def test_the_deployment_check_sets_only_what_settings_read() -> None:
    production = MAKEFILE.partition("PRODUCTION := ")[2].partition("\n\n")[0]

    assert set(re.findall(r"\b([A-Z_]+)=", production)) - names_read_by_settings() == set()


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "SITE_URL"])
def test_compose_asks_for_what_has_no_default(name: str) -> None:
    assert SERVICES["web"]["environment"][name] == f"${{{name}:?set {name} in .env}}"


def test_compose_holds_no_password() -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    literal = re.findall(r"^\s+\w*(?:PASSWORD|SECRET|KEY)\w*: (?!\$\{)(.+)$", text, re.MULTILINE)
    assert (literal, "breakthru:${POSTGRES_PASSWORD:?" in SERVICES["web"]["environment"]["DATABASE_URL"]) == (
        [],
        True,
    )


def test_compose_keeps_broker_and_cache_apart() -> None:
    assert ("--appendonly yes" in words("broker"), "noeviction" in words("broker")) == (True, True)
    assert ("--appendonly no" in words("cache"), "allkeys-lru" in words("cache")) == (True, True)


@pytest.mark.parametrize("service", ["web", "worker", "postgres", "broker", "cache"])
def test_compose_watches_over(service: str) -> None:
    assert {"test", "interval", "timeout", "retries"} <= set(SERVICES[service]["healthcheck"])


@pytest.mark.parametrize("service", SITE)
def test_compose_gives_the_site_no_more_than_it_needs(service: str) -> None:
    site = SERVICES[service]

    assert (site["read_only"], site["cap_drop"], site["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )


def test_compose_mounts_only_volumes_that_it_declares() -> None:
    used = {mount.partition(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}

    assert used == set(COMPOSE["volumes"])


def test_the_image_runs_as_an_ordinary_user() -> None:
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert users == ["breakthru"]


@pytest.mark.parametrize("name", [".git", ".env*", ".venv", "var"])
def test_the_image_holds_no_history_secret_or_data(name: str) -> None:
    assert name in (ROOT / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("name", [".env", ".venv/", "uv.lock", "var/"])
def test_git_ignores(name: str) -> None:
    assert name in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_every_package_with_a_hash(lock: str) -> None:
    packages = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())[1:]

    loose = [
        package.split()[0] for package in packages if "==" not in package or "--hash=sha256:" not in package
    ]
    assert (loose, len(packages) > 20) == ([], True)


@pytest.mark.parametrize("lock", LOCKS)
def test_make_lock_does_what_the_locks_say(lock: str) -> None:
    said = re.search(r"#    (uv pip compile .+)", (ROOT / lock).read_text())

    recipe = re.sub(r"\s*\\\n\s*", " ", MAKEFILE)
    assert said is not None
    assert f"\t{said[1]} --quiet\n" in recipe


def package_name(requirement: str) -> str:
    """Return the plain name in a requirement such as `celery[redis]>=5.7`."""
    return re.split(r"[\[<>=]", requirement)[0]


def locked(lock: str) -> set[str]:
    """Return the names of the packages in a lock."""
    return set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(), re.MULTILINE))


def test_locks_hold_every_dependency() -> None:
    project = tomllib.loads(PYPROJECT)
    runtime = {package_name(requirement) for requirement in project["project"]["dependencies"]}
    dev = {package_name(requirement) for requirement in project["dependency-groups"]["dev"]}

    assert (runtime - locked(LOCKS[0]), (runtime | dev) - locked(LOCKS[1])) == (set(), set())


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads(PYPROJECT)
    requirements = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]

    reasons = dict(re.findall(r'^  "([^"]+)",\s+# (\S.*)$', PYPROJECT, re.MULTILINE))
    assert [requirement for requirement in requirements if requirement not in reasons] == []


def make_targets() -> set[str]:
    """Return the targets that `make help` lists."""
    return set(re.findall(r"^(\w+):.*## ", MAKEFILE, re.MULTILINE))


def test_readme_names_targets_that_exist() -> None:
    named = set(
        re.findall(r"(?:^|`|&& )(?:[A-Z_]+=\S+ )*make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    )

    assert (named - make_targets(), {"run", "test"} <= named) == (set(), True)


def test_ci_runs_the_whole_gate() -> None:
    script = ROOT / ".ci" / "run"

    assert (os.access(script, os.X_OK), "\nexec make test\n" in script.read_text()) == (True, True)
