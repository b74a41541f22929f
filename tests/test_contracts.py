"""The import contracts of pyproject.toml: kept as the project is, and each shown to fail on purpose."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
# What is planted at the end of a module, and the contract that must find it.
PLANTED = {
    "One straight line of dependency": ("mentors/permissions.py", "feed.models"),
    "The outbox knows no app": ("breakthru/outbox/handlers.py", "accounts.models"),
    "Leaf modules know nothing above them": ("breakthru/lib/mail.py", "breakthru.outbox.models"),
    "Inside an app, from the door to the tables": ("feed/services/questions.py", "feed.views.reading"),
    "Stripe has one gateway": ("memberships/apps.py", "stripe"),
    "The sanitizer has one door": ("feed/forms/ask.py", "nh3"),
    "Mail providers have one door": ("accounts/receivers.py", "anymail"),
}


def _config() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    section: dict[str, Any] = found["tool"]["importlinter"]
    return section


def _lint(folder: Path) -> dict[str, str]:
    """Run the linter in `folder`; return each contract's verdict."""
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False
    )
    names = "|".join(re.escape(contract["name"]) for contract in _config()["contracts"])
    return dict(re.findall(rf"^({names}) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and the contracts, in a folder where planting harms nobody."""
    folder = tmp_path_factory.mktemp("contracts")
    for package in _config()["root_packages"]:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.csv")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_contracts_are_kept() -> None:
    assert _lint(ROOT) == dict.fromkeys(PLANTED, "KEPT")


@pytest.mark.parametrize("name", PLANTED)
def test_contract_fails_on_purpose(copy: Path, name: str) -> None:
    path, module = PLANTED[name]
    before = (copy / path).read_text(encoding="utf-8")
    (copy / path).write_text(f"{before}\nimport {module}\n", encoding="utf-8")
    try:
        assert _lint(copy)[name] == "BROKEN"
    finally:
        (copy / path).write_text(before, encoding="utf-8")


def test_a_module_without_a_place_is_found(copy: Path) -> None:
    stray = copy / "feed" / "stray.py"
    stray.write_text("", encoding="utf-8")
    try:
        assert _lint(copy)["Inside an app, from the door to the tables"] == "BROKEN"
    finally:
        stray.unlink()


def test_every_module_of_the_composing_package_has_a_place() -> None:
    layers = " : ".join(_config()["contracts"][0]["layers"])
    placed = {
        name.removeprefix("breakthru.") for name in layers.split(" : ") if name.startswith("breakthru.")
    }
    modules = {
        path.stem
        for path in (ROOT / "breakthru").iterdir()
        if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert modules - placed == set()
