"""The Personal Mentor program."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def program_detail(request: HttpRequest) -> HttpResponse:
    """What the program is, what it is not, and what to do until applications open."""
    return render(request, "mentors/program_detail.html")
