"""How a message leaves the portal. The inbox needs nothing; e-mail and SMS only say that something is there."""

from __future__ import annotations

from typing import Protocol

from notifications.channels.fake import FakeChannel
from notifications.models import Message


class Channel(Protocol):
    def send(self, message: Message, words: str) -> None:
        """Hand over one message. ``message.key`` lets the carrier drop a repeat. Raises OSError to be asked again."""


def channel_for(name: str) -> Channel:
    """The carrier of e-mail or SMS; a real gateway takes the fake one's place here."""
    return FakeChannel(name)
