"""Who may open a page. Every view declares exactly one policy; ``tests/test_house.py`` fails on a view without.

Object rights are decided elsewhere (``applications.access``); a policy only says which kind of person may knock.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from identity.errors import Forbidden
from identity.models import Citizen, Officer, Organisation, User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def _declare(view: Any, policy: str) -> Any:
    view.access_policy = policy
    return view


def public(view: View) -> View:
    """Anyone, signed in or not."""
    return cast(View, _declare(view, "public"))


def partner_required(view: View) -> View:
    """A partner system; the API class itself checks the token or signature."""
    return cast(View, _declare(view, "partner"))


def citizen_required(view: View) -> View:
    """A person signed in with the eID. The way back is kept, so nothing typed before is lost."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(_way_back(request, view), reverse("identity:sign_in"))
        if citizen_of(request) is None:
            raise Forbidden(
                _("Trang này dành cho công dân và doanh nghiệp đăng nhập bằng định danh điện tử.")
            )
        return view(request, *args, **kwargs)

    return cast(View, _declare(guarded, "citizen"))


_lenders: list[Callable[[Officer], frozenset[str]]] = []


def lend(roles_of: Callable[[Officer], frozenset[str]]) -> None:
    """An upper floor tells which roles an officer may use for somebody else now; asked where the own do not do."""
    _lenders.append(roles_of)


def opens(officer: Officer, *roles: str) -> bool:
    """Whether one of ``roles`` is the officer's own or lent. Says who may knock, not for which object."""
    return officer.has_role(*roles) or any(set(roles) & lent(officer) for lent in _lenders)


def officer_required(*roles: str) -> Callable[[View], View]:
    """An active officer with the second factor passed and, when given, one of ``roles``, own or lent."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            officer = officer_of(request)
            if officer is None:
                query = urlencode({"next": _way_back(request, view)})
                return redirect(f"{reverse('identity:officer_sign_in')}?{query}")
            if roles and not opens(officer, *roles):
                raise Forbidden(_("Vai trò của anh/chị không mở được trang này."))
            return view(request, *args, **kwargs)

        return cast(View, _declare(guarded, "officer:" + ",".join(roles)))

    return decorate


def reached_by_get(view: View) -> View:
    """A button leads here, but the address also opens by itself: signing in on the way leads back to it."""
    view.reached_by_get = True  # type: ignore[attr-defined]
    return view


def _way_back(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> str:
    """Where to go after signing in. A button's address is often no page: the page it stood on is opened again."""
    here = request.get_full_path()
    if request.method != "POST" or getattr(view, "reached_by_get", False):
        return here
    sent_from = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(
        sent_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    page = urlsplit(sent_from)
    return urlunsplit(("", "", page.path, page.query, "")) if own and page.netloc and page.path else here


def signed_in_user(request: HttpRequest) -> User:
    """The account behind a guarded view."""
    return cast(User, request.user)


def citizen_of(request: HttpRequest) -> Citizen | None:
    if not request.user.is_authenticated:
        return None
    return Citizen.objects.filter(user=request.user).first()


ACTING_FOR = "acting_for"


def acting_for(request: HttpRequest) -> Organisation | None:
    """The organisation the citizen chose to act for, as long as the mandate lives; None for oneself."""
    citizen, chosen = citizen_of(request), request.session.get(ACTING_FOR)
    if citizen is None or chosen is None:
        return None
    in_force = citizen.mandates.in_force(timezone.localdate())  # type: ignore[attr-defined]
    mandate = in_force.select_related("organisation").filter(organisation=chosen).first()
    return mandate.organisation if mandate else None


def officer_of(request: HttpRequest) -> Officer | None:
    """The officer behind the request, or None: not active (effective at once), or second factor missing."""
    user = request.user
    if not user.is_authenticated or not user.is_active or not user.is_verified():  # type: ignore[attr-defined]
        return None
    return Officer.objects.select_related("agency__unit", "user").filter(user=user, is_active=True).first()


def acting_officer(request: HttpRequest) -> Officer:
    """The officer behind a guarded view. Raises Forbidden when deactivated between the guard and here."""
    officer = officer_of(request)
    if officer is None:
        raise Forbidden(_("Tài khoản cán bộ không còn hoạt động."))
    return officer
