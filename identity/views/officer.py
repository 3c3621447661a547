"""Officers: agency account, then the second factor. Nobody is signed in between the two."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods
from django_otp import login as remember_factor
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity import demo
from identity.access import officer_of, public
from identity.errors import NotFound
from identity.forms import CodeForm, PasswordForm
from identity.models import Agency, Officer, User
from identity.views.citizen import BACKEND
from identity.views.onward import onward

WAITING = "officer_waiting"
WAIT_SECONDS = 300
MOST_TRIES = 5


def _inbox() -> str:
    return reverse("applications:inbox")


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = onward(request, otherwise=_inbox())
    if officer_of(request) is not None:
        return redirect(target)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None and Officer.objects.filter(user=user, is_active=True).exists():
            request.session.cycle_key()
            request.session[WAITING] = {"user": user.pk, "until": time.time() + WAIT_SECONDS, "tries": 0}
            query = urlencode({"next": target})
            return redirect(f"{reverse('identity:officer_second_factor')}?{query}")
        form.add_error("username", _("Tên tài khoản hoặc mật khẩu không đúng"))
    context = {"form": form, "next": target}
    return render(request, "identity/officer_sign_in.html", context, status=422 if form.errors else 200)


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    target = onward(request, otherwise=_inbox())
    user = _waiting_user(request)
    if user is None:
        return redirect(f"{reverse('identity:officer_sign_in')}?{urlencode({'next': target})}")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        device = _accepting_device(user, form.cleaned_data["code"])
        if device is not None:
            del request.session[WAITING]
            login(request, user, backend=BACKEND)
            remember_factor(request, device)
            return redirect(target)
        _count_try(request)
        form.add_error("code", _("Mã không đúng hoặc đã dùng. Hãy chờ mã mới rồi nhập lại"))
    context = {"form": form, "next": target}
    return render(request, "identity/second_factor.html", context, status=422 if form.errors else 200)


def _waiting_user(request: HttpRequest) -> User | None:
    """The officer whose password was right a moment ago."""
    waiting = request.session.get(WAITING)
    if waiting is None or waiting["until"] < time.time() or waiting["tries"] >= MOST_TRIES:
        request.session.pop(WAITING, None)
        return None
    return User.objects.filter(pk=waiting["user"], is_active=True, officer__is_active=True).first()


def _count_try(request: HttpRequest) -> None:
    waiting = request.session[WAITING]
    request.session[WAITING] = waiting | {"tries": waiting["tries"] + 1}


def _accepting_device(user: User, code: str) -> Device | None:
    """One device an officer; it slows down after each wrong code and takes no code twice (RFC 6238, 5.2)."""
    device = TOTPDevice.objects.devices_for_user(user, confirmed=True).first()
    return verify_token(user, device.persistent_id, code) if device else None


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
        return redirect("identity:officer_sign_in")
    return render(request, "identity/officer_sign_out.html", {"officer": officer_of(request)})


@public
@never_cache
@require_GET
def demo_codes(request: HttpRequest) -> HttpResponse:
    """The invented officers with their codes of this half minute. Exists only in the demonstration."""
    if not settings.DEMO:
        raise NotFound(_("Không có trang này."))
    at = timezone.now()
    names = dict(Agency.objects.filter(officers__isnull=False).values_list("key", "name"))
    officers = [
        {
            **one,
            "code": demo.code(one["totp_key"], at),
            "agency_name": names.get(one["agency"], one["agency"]),
        }
        for one in demo.OFFICERS
    ]
    context = {"officers": officers, "password": demo.PASSWORD, "seconds": 30 - int(at.timestamp()) % 30}
    return render(request, "identity/demo_codes.html", context)
