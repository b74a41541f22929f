"""The staff page of a revision as an editor has it open."""

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from learner_series.forms.revision import fingerprint
from learner_series.models import Revision

PREFIX = "learner_series_revision_"


def change_url(revision: Revision) -> str:
    """The page's address."""
    return reverse("admin:learner_series_revision_change", args=[revision.pk])


def page_of(revision: Revision) -> dict[str, Any]:
    """What the page posts when nobody typed anything: of a draft its words, else what was seen."""
    formsets = {f"{name}-{kind}_FORMS": 0 for name in ("credits", "events") for kind in ("TOTAL", "INITIAL")}
    seen = {"version": revision.version, **formsets}
    if not revision.is_editable:
        return seen
    words = {name: getattr(revision, name) for name in ("title", "summary", "html", "premium_sections")}
    gate = {"is_premium": "on"} if revision.is_premium else {}
    return {**seen, **words, **gate, "opened": fingerprint(vars(revision))}


def post(client: Client, revision: Revision, button: str = "_save", **typed: Any) -> Any:
    """Press a button of the page as it was opened with `revision`; `typed` is what the editor changed."""
    name = button if button == "_save" else f"{PREFIX}{button}"
    return client.post(change_url(revision), {**page_of(revision), **typed, name: "1"})


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]
