"""Staff pages of mentors."""

from mentors.admin import profile

__all__ = ["profile"]
