"""tests/e2e/ensure_chromium.py: which browser it takes, and what it does without one."""

from pathlib import Path

import pytest

from tests.e2e import ensure_chromium


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; the folder is its PATH and its cache."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(ensure_chromium, "ways_to_install", lambda: iter([(["first"],), (["second"],)]))
    return tmp_path


def browser(path: Path, exit_code: int = 0) -> str:
    """Put a browser there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def test_find_takes_the_one_that_is_named(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser(machine / "chromium")
    monkeypatch.setenv("CHROMIUM", browser(machine / "mine" / "chrome"))

    assert ensure_chromium.find() == str(machine / "mine" / "chrome")


def test_find_passes_over_one_that_does_not_run(machine: Path) -> None:
    browser(machine / "chromium", exit_code=127)
    working = browser(machine / "google-chrome")

    assert ensure_chromium.find() == working


def test_find_installs_one_in_the_first_way_that_works(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def succeeds(command: list[str]) -> bool:
        tried.append(command[0])
        if command == ["second"]:
            browser(machine / "chromium-1" / "chrome-linux" / "chrome")
        return command == ["second"]

    monkeypatch.setattr(ensure_chromium, "succeeds", succeeds)

    assert (ensure_chromium.find(), tried) == (
        str(machine / "chromium-1" / "chrome-linux" / "chrome"),
        ["first", "second"],
    )


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_main_fails_without_a_browser_in_ci_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, code: int
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(ensure_chromium, "succeeds", lambda command: False)

    assert (ensure_chromium.main(), capsys.readouterr().out) == (code, "\n")


def test_main_prints_the_path(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = browser(machine / "chromium")

    assert (ensure_chromium.main(), capsys.readouterr().out) == (0, f"{path}\n")
