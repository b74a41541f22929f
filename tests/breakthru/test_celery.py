"""The worker's switches (RELIABILITY §2.2)."""

import pytest

from breakthru import celery_app
from breakthru.celery import app


def test_app_is_found_by_the_name_of_the_project() -> None:
    assert celery_app is app


def test_worker_knows_the_one_task() -> None:
    app.loader.import_default_modules()
    assert {name for name in app.tasks if not name.startswith("celery.")} == {"outbox.deliver"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("task_ignore_result", True),
        ("worker_prefetch_multiplier", 1),
        ("task_serializer", "json"),
        ("accept_content", ["json"]),
        ("task_time_limit", 120),
        ("task_soft_time_limit", 90),
        ("worker_soft_shutdown_timeout", 20),
        ("beat_scheduler", "breakthru.outbox.beat:OutboxScheduler"),
    ],
)
def test_worker_setting(name: str, value: object) -> None:
    assert app.conf[name] == value


def test_unacknowledged_work_comes_back_after_ten_minutes() -> None:
    assert app.conf.broker_transport_options["visibility_timeout"] == 600
