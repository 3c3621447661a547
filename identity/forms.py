"""What people type when they sign in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PasswordForm(forms.Form):
    username = forms.CharField(
        label=_("Tên tài khoản"),
        max_length=150,
        error_messages={"required": _("Tên tài khoản: bạn chưa ghi")},
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        max_length=200,
        strip=False,
        error_messages={"required": _("Mật khẩu: bạn chưa ghi")},
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=_("Mã xác thực 6 chữ số"),
        error_messages={
            "required": _("Mã xác thực: bạn chưa ghi"),
            "invalid": _("Mã xác thực: phải gồm đúng 6 chữ số"),
        },
        widget=forms.TextInput(
            attrs={"class": "input input--10", "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())
