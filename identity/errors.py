"""What a verb says when it refuses. Pages, API, tasks and commands show the same sentence."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal a person can act on.

    ``code`` is stable (it appears in the API and in tests), ``message`` is the plain sentence shown,
    ``status`` the HTTP status, ``details`` further facts for a page or a problem+json body.
    """

    code = "refused"
    status = 422

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Refused(DomainError):
    """A rule of law or of the procedure says no."""


class NotFound(DomainError):
    """The same answer for «does not exist» and «not yours», so that nothing can be guessed."""

    code = "not_found"
    status = 404


class Forbidden(DomainError):
    code = "forbidden"
    status = 403


class Conflict(DomainError):
    """Somebody or something was faster; ``details`` says who and when."""

    code = "conflict"
    status = 409


class Unavailable(DomainError):
    """An outside system does not answer; nothing was lost and the act can be repeated."""

    code = "unavailable"
    status = 503
