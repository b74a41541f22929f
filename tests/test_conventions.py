"""The house rules, checked by a machine. Each rule is shown a fault once; then the project has none."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from breakthru.outbox.registry import handler_for, kinds
from tests import conventions
from tests.conventions import Rule

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "memberships", "mentors", "learner_series", "feed")
PACKAGES = (*APPS, "breakthru")
MAX_LINES = 400
MAX_RECEIVERS = 5

SERVICES = r"(^|/)services(/|\.py$)"
VIEWS = r"(^|/)(dev_)?views(/|\.py$)"
# One-click unsubscribe (RFC 8058), its token signed, and the mail provider's webhook; Stripe's comes later.
CSRF_EXEMPT = {"accounts/views/mail.py": ["mail_unsubscribe", "mail_webhook"]}
# The two functions that read like a sentence wherever they are called.
LOOSE_SERVICES = {
    "accounts/services/blocks.py": ["are_apart: not keyword-only"],
    "breakthru/outbox/services.py": ["enqueue: not keyword-only"],
}
# Text that was cleaned at write, and the help texts of our own forms.
SAFE = {
    ("templates/breakthru/layout/help_text.html", "field.help_text"),
    ("templates/components/answer.html", "answer.body_html"),
    ("templates/feed/answer_form.html", "question.body_html"),
    ("templates/feed/question_detail.html", "question.body_html"),
}
MARK_SAFE = {
    "breakthru/lib/search.py",
    "breakthru/templatetags/ui.py",
    "learner_series/admin/compare.py",
    "learner_series/admin/revision.py",
    "learner_series/pages/body.py",
}
# PRODUCT §2 has its own word for each of these.
FOREIGN_WORDS = re.compile(
    r"\b(mentees?|tutors?|coach(es)?|forums?|blogs?|upvotes?|categor(y|ies)|hashtags?)\b", re.IGNORECASE
)
# Where somebody once worked on this is nobody's business.
MACHINE_WORDS = re.compile(r"/(?:work|root|home)/[a-z]+")


@cache
def _python() -> dict[str, ast.Module]:
    """Every module of the packages and the tests by its path, without migrations."""
    found = [path for folder in (*PACKAGES, "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    kept = (path for path in found if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in kept}


def _broken(rule: Rule, where: str = "", but: str = "^tests/") -> dict[str, list[str]]:
    """What breaks `rule` in files whose path matches `where` and not `but`."""
    asked = {
        path: tree for path, tree in _python().items() if re.search(where, path) and not re.search(but, path)
    }
    assert asked, "the rule looks at no file at all"
    faults = {path: list(rule(tree)) for path, tree in asked.items()}
    return {path: found for path, found in faults.items() if found}


def _templates(pattern: str = "*.html") -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob(pattern)):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


# --- Each rule finds its fault

FAULTS = [
    (conventions.long_functions, "def f():\n" + "    x = 1\n" * 40, ["f: 41 lines"]),
    (conventions.queries_in_views, "a.objects.filter(b=1)", ["line 1: .filter("]),
    (conventions.queries_in_views, "a.objects.exclude(b=1)", ["line 1: .exclude("]),
    (conventions.queries_in_views, "a.objects.create(b=1)", ["line 1: .create("]),
    (conventions.queries_in_views, "a.save()", ["line 1: .save("]),
    (conventions.classes_in_views, "class Page(View): ...", ["Page"]),
    (conventions.unguarded_views, "def page(request: R) -> HttpResponse: ...", ["page"]),
    (conventions.loose_services, "def do(by: U, now: T) -> None: ...", ["do: not keyword-only"]),
    (conventions.loose_services, "def do(*, by, now: T) -> None: ...", ["do: not typed"]),
    (conventions.loose_services, "def do(*, by: U): ...", ["do: not typed"]),
    (conventions.loose_services, "def do(**more: U) -> None: ...", ["do: takes anything"]),
    (conventions.hidden_wiring, "from django.db.models.signals import post_save", ["post_save"]),
    (conventions.hidden_wiring, "signals.pre_save.connect(f)", ["pre_save"]),
    (conventions.receivers, "@receiver(done)\ndef f(): ...", ["f"]),
    (conventions.receivers, "signals.done.connect(f)", ["signals.done.connect"]),
    (conventions.calls_of_enqueue, "enqueue('a', 1)", ["line 1"]),
    (conventions.publishing, "task.delay(1)", ["line 1: delay("]),
    (conventions.publishing, "task.apply_async()", ["line 1: apply_async("]),
    (conventions.publishing, "app.send_task('a')", ["line 1: send_task("]),
    (
        conventions.own_save,
        "class A(M):\n    def save(self): ...\n    def delete(self): ...",
        ["A.delete", "A.save"],
    ),
    (conventions.models_in_a_leaf, "class A(models.Model): ...", ["A"]),
    (
        conventions.models_in_a_leaf,
        "from django.contrib.auth.models import Group",
        ["django.contrib.auth.models"],
    ),
    (conventions.csrf_exempt, "@csrf_exempt\ndef hook(request): ...", ["hook"]),
    (conventions.csrf_exempt, "hook = csrf_exempt(hook)", ["line 1"]),
    (conventions.enqueued_kinds, "enqueue('a.b', 1)", ["a.b"]),
    (conventions.imported, "def f():\n    import nh3", ["nh3"]),
    (conventions.imported, "from nh3 import clean", ["nh3"]),
]


@pytest.mark.parametrize(("rule", "source", "expected"), FAULTS)
def test_rule_finds_its_fault(rule: Rule, source: str, expected: list[str]) -> None:
    assert list(rule(ast.parse(source))) == expected


GOOD = """
from django.db.models import Q

@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "page.html", {"rows": Article.objects.published()})

def do_it(*, by: User, now: datetime) -> None:
    transaction.on_commit(print)

def read_one(slug: str) -> Article: ...

def _own(a, b): ...

class Text(models.TextChoices):
    A = "a"
"""


@pytest.mark.parametrize(
    "rule", {rule for rule, _, _ in FAULTS} - {conventions.imported, conventions.classes_in_views}
)
def test_rule_finds_no_fault_in_what_is_right(rule: Rule) -> None:
    assert list(rule(ast.parse(GOOD))) == []


# --- The project has none


def test_no_module_is_named_for_nothing() -> None:
    unnamed = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
    assert [path for path in _python() if unnamed & {*Path(path).parent.parts, Path(path).stem}] == []


def test_functions_are_short() -> None:
    assert _broken(conventions.long_functions, but="^$") == {}


def test_files_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in _python()}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_views_neither_filter_nor_write() -> None:
    assert _broken(conventions.queries_in_views, VIEWS) == {}


def test_views_are_functions() -> None:
    assert _broken(conventions.classes_in_views, VIEWS) == {}


def test_views_say_which_methods_they_take() -> None:
    # The page for a missing token stands in for whatever view was asked.
    assert _broken(conventions.unguarded_views, VIEWS) == {"breakthru/views.py": ["csrf_failure"]}


def test_services_are_keyword_only_and_typed() -> None:
    assert _broken(conventions.loose_services, SERVICES) == LOOSE_SERVICES


def test_nothing_happens_because_a_row_was_written() -> None:
    assert _broken(conventions.hidden_wiring) == {}


def test_receivers_are_few() -> None:
    found = _broken(conventions.receivers)
    assert sum(len(names) for names in found.values()) <= MAX_RECEIVERS


def test_only_services_and_handlers_enqueue() -> None:
    assert (
        _broken(conventions.calls_of_enqueue, but=rf"^tests/|^breakthru/outbox/|{SERVICES}|/handlers\.py$")
        == {}
    )


def test_nothing_is_handed_to_celery_past_the_outbox() -> None:
    assert _broken(conventions.publishing, but="^tests/|^breakthru/outbox/") == {}


def test_models_and_forms_do_no_work_in_save() -> None:
    assert _broken(conventions.own_save, r"(^|/)(models|forms)(/|\.py$)") == {}


def test_leaf_modules_have_no_models() -> None:
    assert _broken(conventions.models_in_a_leaf, "^breakthru/lib/") == {}


def test_views_without_csrf_protection_are_the_known_ones() -> None:
    assert _broken(conventions.csrf_exempt) == CSRF_EXEMPT


def test_the_sanitizer_has_one_door() -> None:
    users = [path for path, tree in _python().items() if "nh3" in set(conventions.imported(tree))]
    assert {path.startswith("breakthru/lib/richtext/") for path in users} == {True}


def test_mark_safe_is_used_by_the_known_modules() -> None:
    users = {
        path
        for path, tree in _python().items()
        if "mark_safe" in {name for name, _ in conventions._called(tree)}
    }
    assert {path for path in users if not path.startswith("tests/")} == MARK_SAFE


# --- Outbox


def test_every_kind_that_is_enqueued_or_scheduled_has_a_handler() -> None:
    enqueued = {kind for found in _broken(conventions.enqueued_kinds).values() for kind in found}
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert enqueued | scheduled == kinds()


def test_kinds_belong_to_the_app_that_handles_them() -> None:
    homes = {"outbox": "breakthru.outbox"}
    for kind in kinds():
        label = kind.split(".")[0]
        assert handler_for(kind).__module__ == f"{homes.get(label, label)}.handlers"


# --- Database


def test_every_constraint_has_a_test_that_names_it() -> None:
    labels = {*APPS, "outbox"}
    models = [model for model in apps.get_models() if model._meta.app_label in labels]
    names = {constraint.name for model in models for constraint in model._meta.constraints}
    tests = [path for path in _python() if re.search(r"^tests/.*/test_", path)]
    words = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in tests)
    assert {name for name in names if f'"{name}"' not in words} == set()


# --- Templates

INLINE = re.compile(
    r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|<script(?![^>]*(\ssrc=|application/ld\+json))|javascript:"""
)


@pytest.mark.parametrize(
    "line",
    [
        "<style>",
        '<p style="x">',
        '<a onclick="x()">',
        "<script>",
        '<script type="module">',
        '<a href="javascript:x">',
    ],
)
def test_inline_finds_style_and_script(line: str) -> None:
    assert INLINE.search(line) is not None


def test_templates_have_no_inline_style_or_script() -> None:
    # Mail programs know nothing else; a copy of somebody's data is opened from disk.
    alone = re.compile(r"^templates/(emails|account/email|exports)/")
    found = {
        path: INLINE.findall(text)
        for path, text in _templates()
        if INLINE.search(text) and not alone.match(path)
    }
    assert found == {}


def test_templates_print_raw_only_what_was_cleaned() -> None:
    raw = re.compile(r"\{\{\s*([^|}]+)\|[^}]*\bsafe(?:seq)?\b")
    assert {(path, name.strip()) for path, text in _templates() for name in raw.findall(text)} == SAFE


def test_templates_switch_escaping_off_only_in_plain_text() -> None:
    assert [path for path, text in _templates() if "autoescape off" in text] == []


def test_mails_have_three_parts() -> None:
    parts = Counter(
        re.sub(r"(\.subject)?\.(txt|html)$", "", path)
        for path, _ in _templates("*.*")
        if re.match(r"^templates/emails/[^/]+/", path)
    )
    assert {mail: count for mail, count in parts.items() if count != 3} == {}


# --- Words


def test_pages_use_the_words_of_the_product() -> None:
    strip = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
    found = {
        path: words
        for path, text in _templates("*.*")
        if (words := FOREIGN_WORDS.findall(strip.sub(" ", text)))
    }
    assert found == {}


def test_forms_and_views_use_the_words_of_the_product() -> None:
    found = {
        path: node.value
        for path, tree in _python().items()
        if re.search(rf"/forms/|/admin/|{VIEWS}|/services/", path) and not path.startswith("tests/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FOREIGN_WORDS.search(node.value)
    }
    assert found == {}


def test_no_file_says_on_which_machine_it_was_written() -> None:
    kinds_of_file = (
        "*.py",
        "*.html",
        "*.txt",
        "*.md",
        "*.css",
        "*.js",
        "*.toml",
        "*.yml",
        "Makefile",
        "Dockerfile",
    )
    folders = (*PACKAGES, "tests", "templates", "static", "docs", "demo", "benchmarks")
    paths = [path for folder in folders for kind in kinds_of_file for path in (ROOT / folder).rglob(kind)]
    paths += [path for kind in kinds_of_file for path in ROOT.glob(kind)]
    named = {
        str(path.relative_to(ROOT)): MACHINE_WORDS.findall(path.read_text(encoding="utf-8")) for path in paths
    }
    assert {path: words for path, words in named.items() if words} == {}
