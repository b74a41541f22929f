"""Mentors and what they may do."""

from mentors.models.profile import MentorProfile

__all__ = ["MentorProfile"]
