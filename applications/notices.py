"""Which events a citizen is told of: a reader of the log that fills the message outbox, each event once."""

from __future__ import annotations

from applications import feed
from notifications import services as notifications

TOLD = frozenset(
    {
        "submit",
        "accept",
        "refuse",
        "apology_sent",
        "deadline_extended",
        "delay_recorded",
        "breach_escalated",
        "request_supplement",
        "request_payment",
        "record_payment",
        "grant_withdrawal",
        "decline_withdrawal",
        "stop",
        "expire",
        "release",
        "shipment_sent",
        "shipment_returned",
        "kept_at_counter",
    }
)


def tell(*, limit: int) -> int:
    """Queue a message for each new event worth telling; returns how many events were read."""
    with feed.batch("notices", limit=limit) as events:
        for event in events:
            if event.kind in TOLD:
                notifications.queue(
                    recipient_id=event.dossier.submitter.user_id,
                    template=f"dossier.{event.kind}",
                    key=f"event-{event.pk}",
                    at=event.at,
                    params={"code": event.dossier.code, "state": event.to_state},
                )
        return len(events)
