"""The crispy template pack `breakthru`: what a form looks like to a browser and a screen reader."""

import re
from typing import Any

import pytest
from crispy_forms.bootstrap import (
    Accordion,
    AccordionGroup,
    Alert,
    FieldWithButtons,
    FormActions,
    InlineCheckboxes,
    InlineField,
    InlineRadios,
    PrependedAppendedText,
    StrictButton,
    UneditableField,
)
from crispy_forms.helper import FormHelper
from crispy_forms.layout import (
    ButtonHolder,
    Column,
    Div,
    Field,
    Fieldset,
    Hidden,
    Layout,
    MultiField,
    Row,
    Submit,
)
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import mark_safe


class AskForm(forms.Form):
    """One field of each kind."""

    helper: Any

    title = forms.CharField(
        label="Your question",
        help_text="One sentence.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(label="More", required=False, widget=forms.Textarea)
    topics = forms.MultipleChoiceField(
        label="Topics",
        choices=[("mcat", "MCAT"), ("Money", [("aid", "Aid <FAP>")])],
        widget=forms.CheckboxSelectMultiple,
        help_text="One to three.",
    )
    stage = forms.ChoiceField(label="Stage", choices=[("gap", "Gap year")], widget=forms.RadioSelect)
    shown = forms.ChoiceField(
        label="How should we show you?",
        choices=[("no", "Anonymously\nReaders cannot see who asked."), ("yes", "With my name")],
        widget=forms.RadioSelect(attrs={"data-look": "choice"}),
    )
    agree = forms.BooleanField(label="I agree", required=False)
    born = forms.SplitDateTimeField(
        label="Born",
        required=False,
        widget=forms.SplitDateTimeWidget(date_attrs={"aria-label": "Day"}, time_attrs={"aria-label": "Time"}),
    )
    article = forms.IntegerField(required=False, widget=forms.HiddenInput)


class FileForm(forms.Form):
    """A form with a file."""

    helper: Any

    document = forms.FileField(label="Document")


def squeeze(html: str) -> str:
    return re.sub(r">\s+<", "><", re.sub(r"\s+(?=[ >])", "", re.sub(r"\s", " ", html))).strip()


def crispy(form: Any, **context: Any) -> str:
    source = "{% load crispy_forms_tags %}{% crispy form %}"
    return squeeze(Template(source).render(Context({"form": form, "csrf_token": "token", **context})))


def laid_out(*layout: Any, data: dict[str, Any] | None = None, **helper_attributes: Any) -> str:
    form = AskForm(data)
    form.helper = FormHelper()
    form.helper.layout = Layout(*layout)
    for name, value in helper_attributes.items():
        setattr(form.helper, name, value)
    return crispy(form)


def only(html: str, pattern: str) -> str:
    (found,) = re.findall(pattern, html)
    return str(found)


def test_form_posts_with_a_token_and_our_class() -> None:
    html = crispy(AskForm())
    assert html.startswith(
        '<form class="form" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="token">'
    )


def test_form_without_its_tag_still_carries_the_token() -> None:
    html = laid_out("title", form_tag=False)
    assert html.startswith('<input type="hidden" name="csrfmiddlewaretoken" value="token">')


def test_form_leaves_the_token_to_the_template_when_asked() -> None:
    assert "csrfmiddlewaretoken" not in laid_out("title", form_tag=False, disable_csrf=True)


def test_search_form_has_no_token() -> None:
    assert laid_out("title", form_method="get").startswith(
        '<form class="form" method="get"><div class="field"'
    )


def test_form_keeps_its_own_class_and_id() -> None:
    html = laid_out("title", form_class="find", form_id="ask")
    assert html.startswith('<form class="find" id="ask" method="post">')


def test_form_with_a_file_is_multipart() -> None:
    assert 'enctype="multipart/form-data"' in only(crispy(FileForm()), r"<form [^>]*>")


def test_field_puts_help_before_the_control_and_ties_them() -> None:
    html = crispy(AskForm())
    assert only(
        html,
        r'<div class="field" id="div_id_title">.*?(?=<div class="field" id="div_id_body")',
    ) == (
        '<div class="field" id="div_id_title"><label for="id_title"> Your question </label>'
        '<div class="help" id="id_title_helptext">One sentence.</div>'
        '<input type="text" name="title" autocomplete="off" required aria-describedby="id_title_helptext" '
        'id="id_title"></div>'
    )


def test_field_in_error_says_so_below_the_control_and_ties_it() -> None:
    html = crispy(AskForm({}))
    control = only(html, r'<input type="text" name="title"[^>]*>')
    assert 'aria-invalid="true" aria-describedby="id_title_helptext id_title_error"' in control
    assert only(html, r'<div id="id_title_error">.*?<span>(.*?)</span>') == "This field is required."


def test_errors_are_summed_up_on_top_with_a_link_to_each_place() -> None:
    html = crispy(AskForm({"stage": "gap", "shown": "no"}))
    summary = only(html, r'<div class="note bad" role="alert" tabindex="-1" autofocus>.*?</ul>')
    assert re.findall(r'<a href="(#[^"]*)">([^<]*)</a>: ([^<]*?) ?<', summary) == [
        ("#id_title", "Your question", "This field is required."),
        ("#div_id_topics", "Topics", "This field is required."),
    ]


def test_errors_of_the_whole_form_and_of_hidden_fields_need_no_list() -> None:
    form = FileForm({}, MultiValueDict({"document": [SimpleUploadedFile("a.txt", b"text")]}))
    form.fields["article"] = forms.IntegerField(widget=forms.HiddenInput)
    form.add_error(None, "That did not fit together.")
    summary = only(crispy(form), r'<div class="note bad".*?</div></div>')
    assert re.findall(r"<p>(.*?)</p>", summary) == [
        "<strong>That did not fit together.</strong>",
        "This field is required.",
    ]
    assert "<ul>" not in summary


def test_errors_can_be_left_out() -> None:
    assert "required." not in laid_out("title", data={}, form_show_errors=False)


def test_a_form_may_name_its_own_error_title() -> None:
    html = laid_out("title", data={}, form_error_title="Almost there")
    assert only(html, r"<p><strong>(.*?)</strong></p>") == "Almost there"


def test_optional_fields_say_so() -> None:
    html = crispy(AskForm())
    assert re.findall(r'<(?:label|legend)[^>]*>\s*([^<]*?)\s*<span class="opt">Optional</span>', html) == [
        "More",
        "Born",
    ]


def test_optional_marks_can_be_left_out() -> None:
    assert "Optional" not in laid_out("body", mark_optional=False)


def test_labels_can_be_hidden_from_the_eye_only() -> None:
    html = laid_out("title", "stage", form_show_labels=False)
    assert re.findall(r'<(label|legend) class="vh"', html) == ["label", "legend"]


def test_several_choices_are_chips_in_their_groups() -> None:
    html = crispy(AskForm({"topics": ["aid"]}))
    fieldset = only(html, r'<fieldset class="field" id="div_id_topics".*?</fieldset>')
    assert fieldset.startswith(
        '<fieldset class="field" id="div_id_topics" tabindex="-1" aria-describedby="id_topics_helptext">'
        "<legend> Topics </legend>"
    )
    assert re.findall(r'<p class="h4">(.*?)</p>', fieldset) == ["Money"]
    assert re.findall(r'<label class="chip"><input ([^>]*)> ?([^<]*?) ?</label>', fieldset) == [
        ('type="checkbox" name="topics" value="mcat" id="id_topics_0"', "MCAT"),
        ('type="checkbox" name="topics" value="aid" id="id_topics_1_0" checked', "Aid &lt;FAP&gt;"),
    ]


def test_one_choice_is_a_list_of_radio_buttons() -> None:
    html = crispy(AskForm())
    assert only(html, r'<label class="check"><input ([^>]*)><span>Gap year</span>') == (
        'type="radio" name="stage" value="gap" id="id_stage_0" required'
    )


def test_choice_cards_explain_themselves_on_their_second_line() -> None:
    html = crispy(AskForm())
    assert re.findall(r'<label class="choice"><input [^>]*><span>(.*?)</span>', html) == [
        "<b>Anonymously</b><small>Readers cannot see who asked.</small>",
        "<b>With my name</b>",
    ]


def test_single_checkbox_stands_before_its_words() -> None:
    assert (
        '<label class="check" for="id_agree"><input type="checkbox" name="agree" id="id_agree">'
        "<span>I agree</span></label>" in crispy(AskForm())
    )


def test_several_controls_of_one_field_share_a_legend() -> None:
    fieldset = only(crispy(AskForm()), r'<fieldset class="field" id="div_id_born".*?</fieldset>')
    assert re.findall(r'aria-label="(\w+)"', fieldset) == ["Day", "Time"]


def test_hidden_field_is_only_its_control() -> None:
    html = crispy(AskForm())
    assert '<input type="hidden" name="article" id="id_article">' in html
    assert "div_id_article" not in html


def test_filter_prints_the_fields_without_tag_or_token() -> None:
    html = squeeze(
        Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": AskForm()}))
    )
    assert html.startswith('<div class="field" id="div_id_title">')


def test_field_filter_prints_one_field() -> None:
    source = "{% load crispy_forms_tags %}{{ form.body|as_crispy_field }}"
    html = squeeze(Template(source).render(Context({"form": AskForm()})))
    assert html.startswith('<div class="field" id="div_id_body">')


def test_helper_inputs_are_buttons_below_the_fields() -> None:
    form = FileForm()
    form.helper = FormHelper()
    form.helper.add_input(Submit("save", "Save my draft"))
    form.helper.add_input(Hidden("step", "2"))
    assert only(crispy(form), r'<div class="cluster">.*?</div>') == (
        '<div class="cluster"><button type="submit" name="save" value="Save my draft" id="submit-id-save" '
        'class="btn btn-primary"> Save my draft </button><input type="hidden" name="step" value="2"></div>'
    )


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Div("title", css_class="card", css_id="box"), '<div id="box" class="card"><div class="field"'),
        (Row("title", css_class="mid"), '<div class="grid mid"><div class="field"'),
        (Column("title"), '<div class="stack"><div class="field"'),
        (
            Fieldset("About", "title"),
            '<fieldset class="form group"><legend>About</legend><div class="field"',
        ),
        (Fieldset("", "title"), '<fieldset class="form group"><div class="field"'),
        (
            MultiField("About", "title"),
            '<fieldset class="form group"><legend>About</legend><div class="field"',
        ),
        (Field("title", wrapper_class="wide"), '<div class="field wide" id="div_id_title">'),
        (InlineField("title"), '<div class="field" id="div_id_title">'),
        (InlineRadios("stage"), '<fieldset class="field" id="div_id_stage"'),
        (InlineCheckboxes("topics"), '<fieldset class="field" id="div_id_topics"'),
        (
            ButtonHolder(Submit("", "Post")),
            '<div class="cluster"><button type="submit" class="btn btn-primary"> Post </button></div>',
        ),
        (FormActions(Submit("", "Post"), css_id="go"), '<div id="go" class="cluster"><button type="submit"'),
        (StrictButton("Post", type="submit"), '<button class="btn" type="submit">Post</button>'),
        (
            PrependedAppendedText("title", "about", "hours"),
            'id="id_title"><span class="muted">hours</span></div></div>',
        ),
        (
            FieldWithButtons("title", StrictButton("Go")),
            '<button class="btn" type="button">Go</button></div></div>',
        ),
        (UneditableField("title"), '<div class="field" id="div_id_title"><p class="h4">Your question</p>'),
        (Alert(mark_safe("<b>Safe</b>")), '<div class="note">'),
        (
            Accordion(AccordionGroup("Details", "title"), css_id="folds"),
            '<div id="folds"><details class="fold" id="details" open><summary>Details</summary>',
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_layout_object_renders_in_our_markup(layout: Any, expected: str) -> None:
    assert expected in laid_out(layout)


def test_alert_escapes_what_is_not_marked_safe() -> None:
    assert "&lt;script&gt;" in laid_out(Alert("<script>"))


def test_formset_renders_each_form_and_its_own_errors() -> None:
    formset_class = forms.formset_factory(FileForm, extra=2, max_num=0, validate_max=True)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    formset = formset_class(data, MultiValueDict({"form-0-document": [SimpleUploadedFile("a.txt", b"text")]}))
    html = crispy(formset)
    assert html.startswith('<form class="form" method="post" enctype="multipart/form-data">')
    assert (
        only(html, r'<div class="note bad" role="alert">.*?<p>(.*?)</p>').strip()
        == "Please submit at most 0 forms."
    )
    assert re.findall(r'<div class="field" id="([^"]*)"', html) == ["div_id_form-0-document"]


def test_formset_filter_renders_each_form() -> None:
    formset_class = forms.formset_factory(FileForm, extra=2)
    html = Template("{% load crispy_forms_tags %}{{ formset|crispy }}").render(
        Context({"formset": formset_class()})
    )
    assert re.findall(r'<div class="field" id="([^"]*)"', html) == [
        "div_id_form-0-document",
        "div_id_form-1-document",
    ]


def test_formset_without_its_tag_keeps_its_management_form() -> None:
    formset: Any = forms.formset_factory(FileForm)()
    formset.helper = FormHelper()
    formset.helper.form_tag = False
    html = crispy(formset)
    assert "<form" not in html
    assert 'name="form-TOTAL_FORMS"' in html
