"""Ask, from anywhere or from a passage."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import PersonExperience, User
from accounts.session import person
from breakthru.lib.care import with_help_lines
from breakthru.lib.http import unprocessable
from breakthru.lib.richtext import has_quote, strip_invisible
from feed.forms.ask import AskForm
from feed.models import Question
from feed.models.question import MAX_QUOTE, MAX_SECTION_TITLE
from feed.permissions import is_read_first
from feed.services.questions import AskError, Passage, ask_question
from learner_series.models import Article


def find_passage(slug: str, anchor: str, quote: str = "") -> tuple[Passage | None, str]:
    """Return the passage of the address and, when it is not there (any more), a sentence that says so."""
    if not slug:
        return None, ""
    article = Article.objects.published().with_open_words().by_slug(slug)
    if article is None or article.live is None:
        return None, "We could not find that article. You can still ask; your question will stand by itself."
    heading = article.live.heading(anchor) if anchor else None
    if anchor and (heading is None or not heading.text):
        return Passage(article, "", ""), (
            "We could not find that part of the article. Your question will be about the whole article."
        )
    title = Truncator(heading.text).chars(MAX_SECTION_TITLE) if heading else ""
    # A comparison that does not see what nobody sees must not let it into the question.
    words = " ".join(strip_invisible(quote).split())
    if not words:
        return Passage(article, anchor, title), ""
    # Everybody reads a question: words for Premium members are not quoted in it.
    if len(words) > MAX_QUOTE or not has_quote(article.live.open_html, anchor, words):
        return Passage(article, anchor, title), (
            "Your question is attached to this part of the article. The words you marked can't be shown with"
            " it, because they are too long, have changed, or are for Premium members."
        )
    return Passage(article, anchor, title, words), ""


def _posted(question: Question) -> str:
    if question.is_held:
        why = "you are under 18" if question.asker.birth_year else "you have not told us your age"
        return (
            f"Your question is with us. A staff member reads it first, because {why}; "
            "then mentors can answer it."
        )
    return "Your question is posted. Verified mentors see it in the Feed."


def _initial(user: User) -> dict[str, object]:
    known = PersonExperience.objects.public_of(user)
    return {
        "stage": next((term.key for term in known if term.group_id == "education_stage"), None),
        "roads": [term.key for term in known if term.group_id == "road"],
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question_create(request: HttpRequest) -> HttpResponse:
    """Show the form, or post the question and go to its page."""
    user, now = person(request), timezone.now()
    waits = is_read_first(user, timezone.localdate(now))
    asked = request.GET
    passage, notice = find_passage(asked.get("article", ""), asked.get("section", ""), asked.get("quote", ""))
    form = AskForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(user),
        may_show_contacts=not waits,
    )
    if form.is_valid():
        try:
            question = ask_question(
                by=user, token=form.cleaned_data["token"], draft=form.draft(passage), now=now
            )
        except AskError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _posted(question))
            place = question.get_absolute_url()
            return redirect(with_help_lines(place) if form.shows_distress else place)
    context = {
        "form": form,
        "passage": passage,
        "notice": notice,
        "is_read_first": waits,
        "is_age_known": user.birth_year is not None,
        "is_distressed": form.shows_distress,
    }
    response = render(request, "feed/question_form.html", context)
    return unprocessable(response) if form.is_bound else response
