"""Birth month and year, asked without a hint at what follows from them."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS

from accounts.models.age import Birth

_FIRST_YEAR = 1900
_UNCLEAR = "Please choose a month, and write the year with four digits."


class BirthWidget(forms.MultiWidget):
    """A list of months beside a box for the year."""

    use_fieldset = True

    def __init__(self) -> None:
        months = [("", "Month"), *((str(number), str(name)) for number, name in MONTHS.items())]
        # No smallest or largest number: nothing may hint at which years are welcome.
        year = {
            "aria-label": "Birth year",
            "autocomplete": "bday-year",
            "inputmode": "numeric",
            "maxlength": 4,
        }
        super().__init__(
            {
                "month": forms.Select(
                    attrs={"aria-label": "Birth month", "autocomplete": "bday-month"}, choices=months
                ),
                "year": forms.TextInput(attrs={**year, "placeholder": "Year"}),
            }
        )

    def decompress(self, value: Birth | None) -> list[Any]:
        return [value.month, value.year] if value else [None, None]


class BirthField(forms.MultiValueField):
    """Month and year of birth; cleans to a Birth."""

    widget = BirthWidget

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            forms.TypedChoiceField(choices=[(number, number) for number in MONTHS], coerce=int),
            forms.IntegerField(min_value=_FIRST_YEAR, max_value=2100),
        )
        super().__init__(
            fields,
            require_all_fields=True,
            label="When were you born?",
            help_text="So that we know which parts of the site fit your age. Only month and year, and nobody "
            "else sees them.",
            **kwargs,
        )

    def clean(self, value: Any) -> Birth:
        """Return the Birth; whatever is wrong with either part is said in one sentence."""
        try:
            birth: Birth = super().clean(value)
        except ValidationError as error:
            raise ValidationError(_UNCLEAR, code="invalid") from error
        return birth

    def compress(self, data_list: list[Any]) -> Birth:
        month, year = data_list
        return Birth(year=year, month=month)


class BirthForm(forms.Form):
    """Asks somebody whose account is older than the question."""

    birth = BirthField()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
