from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def page_of(address: str) -> str:
    """The path a person came from; what follows «?» or «#» and anything that is no path of ours is dropped."""
    path = unicodedata.normalize("NFC", address).partition("?")[0].partition("#")[0]
    return path[:200] if path.startswith("/") and path.isprintable() else ""


class FeedbackForm(forms.Form):
    giup = forms.ChoiceField(
        label=_("Trang này có giúp bạn không?"),
        choices=[("co", _("Có")), ("khong", _("Không"))],
        required=False,
    )
    text = forms.CharField(label=_("Bạn muốn nói gì?"), max_length=2000, required=False)
    trang = forms.CharField(required=False)

    def clean_text(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["text"].strip())

    def clean_trang(self) -> str:
        return page_of(self.cleaned_data["trang"])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if not self.errors and not said.get("giup") and not said.get("text"):
            self.add_error("text", _("Hãy chọn Có hoặc Không, hoặc viết vài chữ."))
        return said

    @property
    def helpful(self) -> bool | None:
        return {"co": True, "khong": False}.get(self.cleaned_data["giup"])
