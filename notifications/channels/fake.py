"""A carrier that writes to a file: what would have gone out, with neither address nor name."""

from __future__ import annotations

import json

from django.conf import settings

from notifications.models import Message


class FakeChannel:
    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, message: Message, words: str) -> None:
        folder = settings.PORTAL_HOME / "outbox"
        folder.mkdir(parents=True, exist_ok=True)
        line = {"key": message.key, "template": message.template, "text": words}
        with (folder / f"{self.name}.jsonl").open("a") as outbox:
            outbox.write(json.dumps(line, ensure_ascii=False) + "\n")
