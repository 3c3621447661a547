"""The door for postal carriers: a signed notice about a parcel."""

from __future__ import annotations

import logging

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from applications import services
from applications.post import connected
from applications.post.base import Envelope
from identity.access import partner_required
from identity.errors import DomainError

logger = logging.getLogger(__name__)


@csrf_exempt
@partner_required
@require_POST
def notify(request: HttpRequest, carrier: str) -> JsonResponse:
    """Every repeat of a proved notice is answered 200; a parcel not known yet 404, and the carrier comes back."""
    envelope = Envelope(
        request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", ""), request.body
    )
    at = timezone.now()
    try:
        notice = connected.named(carrier).open(envelope, at=at)
        outcome = services.take_notice(carrier=carrier, notice=notice, at=at)
    except DomainError as refusal:
        logger.warning("notice of carrier %s refused: %s", carrier, refusal.code)
        problem = {"title": refusal.message, "status": refusal.status, "code": refusal.code}
        return JsonResponse(problem, status=refusal.status, content_type="application/problem+json")
    return JsonResponse({"outcome": outcome})
