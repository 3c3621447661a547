"""Verbs of telling people. ``queue`` is called inside the verb that caused the message; sending comes later."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from identity.models import User
from notifications.channels import channel_for
from notifications.models import Message
from notifications.wording import words

logger = logging.getLogger(__name__)
_CLAIM = dt.timedelta(seconds=30)
_LONGEST_WAIT = dt.timedelta(hours=1)


def queue(
    *,
    recipient_id: int,
    template: str,
    key: str,
    at: dt.datetime,
    params: dict[str, Any] | None = None,
    channel: str = Message.Channel.INBOX,
) -> None:
    """Leave a message in the outbox, once per ``key``. ``params`` must not hold personal data."""
    Message.objects.bulk_create(
        [
            Message(
                recipient_id=recipient_id,
                channel=channel,
                template=template,
                key=key,
                params=params or {},
                created_at=at,
                next_at=at,
            )
        ],
        ignore_conflicts=True,
    )


def deliver(*, at: dt.datetime, limit: int = 500) -> int:
    """Send what waits; returns how many messages went out. Two workers at once take different rows.

    The inbox has a message as soon as it is dated. Another channel is claimed first and tried afterwards, so a
    worker killed in between only makes the carrier see the same key again.
    """
    with transaction.atomic():
        rows = Message.objects.select_for_update(skip_locked=True).filter(sent_at=None, next_at__lte=at)
        claimed = list(rows.order_by("next_at", "pk")[:limit])
        inbox = [one.pk for one in claimed if one.channel == Message.Channel.INBOX]
        Message.objects.filter(pk__in=inbox).update(sent_at=at, attempts=F("attempts") + 1)
        carried = [one for one in claimed if one.channel != Message.Channel.INBOX]
        for message in carried:
            message.attempts += 1
            message.next_at = at + min(_CLAIM * 2 ** min(message.attempts - 1, 20), _LONGEST_WAIT)
        Message.objects.bulk_update(carried, ["attempts", "next_at"])
    return len(inbox) + sum(_carry(message, at) for message in carried)


def _carry(message: Message, at: dt.datetime) -> bool:
    try:
        channel_for(message.channel).send(message, words(message, "vi").title)
    except OSError as error:
        logger.warning("message %s was not carried: %s", message.pk, type(error).__name__)
        Message.objects.filter(pk=message.pk).update(error=type(error).__name__)
        return False
    Message.objects.filter(pk=message.pk).update(sent_at=at, error="")
    return True


def inbox_of(user: User) -> QuerySet[Message]:
    """What the person finds in the mailbox, newest first."""
    mine = Message.objects.filter(recipient=user, channel=Message.Channel.INBOX, sent_at__isnull=False)
    return mine.order_by("-created_at", "-pk")


def unread(user: User) -> int:
    return inbox_of(user).filter(read_at=None).count()


def mark_read(*, by: User, at: dt.datetime, message_id: int | None = None) -> int:
    """Mark one message, or all of them, as read by their recipient; somebody else's stay as they are."""
    mine = inbox_of(by).filter(read_at=None)
    if message_id is not None:
        mine = mine.filter(pk=message_id)
    return mine.order_by().update(read_at=at)
