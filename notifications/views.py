"""The mailbox of a person on the portal."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from identity.access import citizen_required, signed_in_user
from notifications import services
from notifications.wording import words

ON_A_PAGE = 20


@citizen_required
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages, newest first. POST marks one (``message``) or all of them as read."""
    user = signed_in_user(request)
    if request.method == "POST":
        chosen = request.POST.get("message", "")
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            services.mark_read(by=user, at=timezone.now(), message_id=int(chosen))
        elif not chosen:
            services.mark_read(by=user, at=timezone.now())
        return redirect("notifications:inbox")
    page = Paginator(services.inbox_of(user), ON_A_PAGE).get_page(request.GET.get("trang"))
    rows = [(message, words(message)) for message in page]
    context = {"page": page, "rows": rows, "unread": services.unread(user)}
    return render(request, "notifications/inbox.html", context)
