"""The guards of the suite itself: they are on, and they bite."""

import socket

import pytest
import zeal
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.module_loading import import_string

from feed.models import Question
from tests.factories.questions import QuestionFactory


def _names_of_askers(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(question.asker.display_name for question in Question.objects.all()))


@pytest.mark.django_db
def test_a_query_in_a_loop_fails_its_request() -> None:
    assert settings.MIDDLEWARE[0] == "zeal.middleware.zeal_middleware"
    view = import_string(settings.MIDDLEWARE[0])(_names_of_askers)
    QuestionFactory.create()
    assert view(RequestFactory().get("/")).status_code == 200
    QuestionFactory.create()
    with pytest.raises(zeal.NPlusOneError):
        view(RequestFactory().get("/"))


def test_nothing_beyond_this_machine_is_reached() -> None:
    with socket.socket() as reached, pytest.raises(UserWarning, match="A test tried to use socket"):
        reached.connect(("192.0.2.1", 80))
