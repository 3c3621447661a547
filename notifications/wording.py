"""The words of a message: one small file for each template key and language, title on the first line."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import get_language

from notifications.models import Message


@dataclass(frozen=True)
class Words:
    title: str
    body: str


def words(message: Message, language: str | None = None) -> Words:
    """In the language of the reader, Vietnamese unless it is English."""
    wanted = "en" if (language or get_language()) == "en" else "vi"
    text = render_to_string(f"notifications/{message.template}.{wanted}.txt", {"code": "", **message.params})
    title, _newline, body = text.strip().partition("\n")
    return Words(title, body.strip())
