"""Layout of forms beyond what crispy ships."""

from typing import Any

from crispy_forms.layout import Fieldset
from crispy_forms.utils import TEMPLATE_PACK
from django.forms import BaseForm


class Fold(Fieldset):  # type: ignore[misc]  # crispy ships no types
    """Optional fields behind one line. Open when something in it was chosen or is wrong, so nothing hides."""

    template = "%s/layout/fold.html"

    def render(self, form: BaseForm, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any) -> Any:
        """Render `breakthru/layout/fold.html` with `fieldset.is_open`."""
        names = [pointer.name for pointer in self.get_field_names()]
        self.is_open = any(form[name].errors or form[name].value() for name in names)
        return super().render(form, context, template_pack=template_pack, **kwargs)
