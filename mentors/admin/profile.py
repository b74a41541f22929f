"""Staff page of mentor profiles."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounts.admin.audited import AuditedAdmin
from accounts.session import person
from breakthru.lib.staff import action, display
from mentors.forms.verification import VerificationForm
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from mentors.services.verification import VerificationError, change_verification

LABELS = {
    Verification.VERIFIED: "success",
    Verification.EXPIRED: "warning",
    Verification.SUSPENDED: "danger",
}


@admin.register(MentorProfile)
class MentorProfileAdmin(AuditedAdmin):
    """Mentors. Their verification changes on a page of its own, with a reason."""

    list_display = ["name", "verification_label", "verified_until", "school", "program_year"]
    list_filter = ["verification", "program_year"]
    list_select_related = ["user"]
    search_fields = ["user__display_name", "slug", "school"]
    readonly_fields = ["verification", "verified_until"]
    autocomplete_fields = ["user", "topics"]
    actions_detail = ["change_verification"]

    def get_fields(self, request: HttpRequest, obj: MentorProfile | None = None) -> list[str]:
        # A known person is named, not linked: who may open profiles may not open accounts.
        who = "user" if obj is None else "name"
        return [who, "slug", "school", "program_year", "headline", "topics", "verification", "verified_until"]

    def get_readonly_fields(self, request: HttpRequest, obj: MentorProfile | None = None) -> list[str]:
        # The person and the public address stay with the profile.
        return [*self.readonly_fields, *([] if obj is None else ["name", "slug"])]

    @display(description="Name", ordering="user__display_name")
    def name(self, profile: MentorProfile) -> str:
        return profile.user.display_name

    @display(description="Verification", label=LABELS, ordering="verification")
    def verification_label(self, profile: MentorProfile) -> tuple[str, str]:
        return profile.verification, profile.get_verification_display()

    def save_model(self, request: HttpRequest, obj: MentorProfile, form: Any, change: bool) -> None:
        """A profile made by hand begins unverified; the next step has its own page and reason."""
        if not change:
            obj.verification = Verification.ENDED
        super().save_model(request, obj, form, change)

    @action(description="Change verification", icon="verified_user", permissions=["change"])
    def change_verification(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one changes the verification and returns to the profile."""
        profile = self.get_object(request, object_id)
        if profile is None:
            raise Http404
        today = timezone.localdate()
        start = {"verification": profile.verification, "until": profile.verified_until}
        form = VerificationForm(request.POST or None, initial=start, today=today)
        if request.method == "POST" and form.is_valid():
            try:
                change_verification(
                    by=person(request),
                    profile=profile,
                    verification=Verification(form.cleaned_data["verification"]),
                    until=form.cleaned_data["until"],
                    reason=form.cleaned_data["reason"],
                    today=today,
                )
            except VerificationError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, "The verification is changed.", messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:mentors_mentorprofile_change", args=[profile.pk]))
        return self._verification_page(request, profile, form)

    def _verification_page(
        self, request: HttpRequest, profile: MentorProfile, form: VerificationForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Verification of {profile.user.display_name}",
            "form": form,
            "opts": self.model._meta,
            "media": self.media + form.media,
            "profile_url": reverse("admin:mentors_mentorprofile_change", args=[profile.pk]),
        }
        template = "admin/mentors/mentorprofile/change_verification.html"
        return TemplateResponse(request, template, context, status=422 if form.errors else 200)
