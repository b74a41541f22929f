"""What the web server serves."""

from django.core.handlers.wsgi import WSGIHandler

from breakthru.wsgi import application


def test_application_is_django() -> None:
    assert isinstance(application, WSGIHandler)
