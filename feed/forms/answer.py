"""Answer a question: body, basis, scope, sources."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Experience
from accounts.models.user import VISIBLE_TITLE
from breakthru.lib.fields import FormToken, RichTextField
from breakthru.lib.layout import Fold
from breakthru.lib.richtext import POST
from feed.forms.care import CarefulForm
from feed.models import AnswerSource
from feed.models.answer import Basis
from feed.services.answers import AnswerDraft, AnswerError, Source, check_draft

SOURCE_ROWS = (1, 2, 3)
SOURCE_FIELDS = tuple(f"source_{row}_{part}" for row in SOURCE_ROWS for part in ("title", "url"))
SCOPE_GROUPS = {"stages": "education_stage", "roads": "road", "services": "application_service"}
BASIS_CHOICES = [
    (Basis.OFFICIAL_SOURCE, "Official source\nA rule or page that can be linked. Shown as Guidance."),
    (Basis.PATTERN, "A pattern across many\nSeen again and again, not only by me. Shown as Guidance."),
    (Basis.OWN_EXPERIENCE, "My own experience\nWhat happened to me. Shown as My story."),
    (Basis.OPINION, "My opinion\nWhat I think, without proof. Shown as Opinion."),
]


def _scope_field(label: str) -> "forms.ModelMultipleChoiceField[Experience]":
    return forms.ModelMultipleChoiceField(
        label=label,
        queryset=Experience.objects.none(),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class WebPageField(forms.URLField):
    """The address of a web page that everybody can open: no ftp, no name before an @."""

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and not (value.startswith(("https://", "http://")) and POST.allows_link(value)):
            message = "Please give the address of a page that everybody can open, such as https://…"
            raise ValidationError(message, code="not_open")


def _cycle_year(value: str) -> int | None:
    return int(value) if value else None


class AnswerForm(CarefulForm):
    """What a mentor answers, what it rests on, and for whom it is true."""

    public_fields = ("body", *SOURCE_FIELDS)
    token = FormToken()
    body = RichTextField(
        label="Your answer",
        help_text="One to three points are plenty. Say what you saw, not what somebody must do."
        " Leave out everything that could point to a patient.",
        max_length=8000,
        rows=10,
        error_messages={"required": "Please write a few sentences. A short answer is fine."},
    )
    basis = forms.ChoiceField(
        label="What does it rest on?",
        help_text="Readers see this above your answer.",
        choices=BASIS_CHOICES,
        widget=forms.RadioSelect(attrs={"data-look": "choice"}),
        error_messages={"required": "Please choose what your answer rests on."},
    )
    is_for_everyone = forms.BooleanField(label="It is true for everyone who might ask this", required=False)
    stages = _scope_field("For these stages")
    roads = _scope_field("For these roads")
    services = _scope_field("For these application services")
    cycle_year = forms.TypedChoiceField(
        label="For one application cycle only",
        help_text="Choose the year students would start school, when rules or dates may change.",
        coerce=_cycle_year,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        public = Experience.objects.in_use().public_for_learners()
        for name, group in SCOPE_GROUPS.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = public.for_group(group)
        years = [(str(year), f"Starting school in {year}") for year in range(today.year, today.year + 4)]
        cycle = self.fields["cycle_year"]
        assert isinstance(cycle, forms.TypedChoiceField)
        cycle.choices = [("", "Not tied to a cycle"), *years]
        self._add_sources()
        self._lay_out()

    def _add_sources(self) -> None:
        for row in SOURCE_ROWS:
            self.fields[f"source_{row}_title"] = forms.CharField(
                label=f"Source {row}: title", required=False, max_length=160, validators=[VISIBLE_TITLE]
            )
            self.fields[f"source_{row}_url"] = WebPageField(
                label=f"Source {row}: web address",
                required=False,
                max_length=500,
                assume_scheme="https",
                # A browser's own check would refuse "example.org/page", which the field completes.
                widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
            )

    def _lay_out(self) -> None:
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        first, *more = SOURCE_FIELDS
        self.helper.layout = Layout(
            "token",
            "body",
            "basis",
            Fieldset(
                "For whom is it true?",
                "is_for_everyone",
                Fold("Only for some: choose stages, roads or services", *SCOPE_GROUPS),
                "cycle_year",
            ),
            Fieldset("Where can a reader check it?", first, more[0], Fold("More sources", *more[1:])),
        )

    def clean(self) -> dict[str, Any]:
        """Check sources pair by pair, then basis and scope together; warn of contact details once."""
        data = self.cleaned_data
        for row in SOURCE_ROWS:
            title, url = data.get(f"source_{row}_title"), data.get(f"source_{row}_url")
            if title and not url and f"source_{row}_url" not in self.errors:
                self.add_error(f"source_{row}_url", "Please add the web address, or empty the title.")
        if not self.errors:
            try:
                check_draft(self.draft())
            except AnswerError as error:
                lacks_source = data["basis"] == Basis.OFFICIAL_SOURCE and not self._sources()
                self.add_error("source_1_url" if lacks_source else "is_for_everyone", str(error))
        self.warn_of_contacts()
        return data

    def _sources(self) -> tuple[Source, ...]:
        rows = [
            (self.cleaned_data[f"source_{row}_title"], self.cleaned_data[f"source_{row}_url"])
            for row in SOURCE_ROWS
        ]
        longest = AnswerSource._meta.get_field("title").max_length
        return tuple(Source(title=(title or url)[:longest], url=url) for title, url in rows if url)

    def draft(self) -> AnswerDraft:
        """Return what was typed, for the service."""
        data = self.cleaned_data
        return AnswerDraft(
            body=data["body"],
            basis=Basis(data["basis"]),
            is_for_everyone=data["is_for_everyone"],
            scope_terms=tuple(term for name in SCOPE_GROUPS for term in data[name]),
            cycle_year=data["cycle_year"],
            sources=self._sources(),
        )
