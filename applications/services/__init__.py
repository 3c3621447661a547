"""Every verb of a dossier. Pages, back office, API, tasks and commands call these and nothing else.

Contract: keyword-only and typed; actor and instant are arguments; one transaction; guarded in SQL; one Event for
each change; refuses with a ``DomainError``. Locks are taken in the order dossier → charge → message.
"""

from applications.services.clock import (
    escalate,
    extend,
    pause_for_consultation,
    record_delay,
    resume_after_consultation,
)
from applications.services.deciding import (
    approve,
    decide,
    deliver,
    issue,
    propose,
    release,
    send_back,
    sign,
    stop,
)
from applications.services.drafts import discard_draft, gather, hold, take_held
from applications.services.intake import (
    Incomplete,
    accept,
    pass_on,
    refuse,
    save_answers,
    start,
    submit,
)
from applications.services.letters import draft_letter, revise_letter, send_letter, sign_letter
from applications.services.papers import attach, detach
from applications.services.partners import record_acknowledgement, record_partner_status
from applications.services.recomputing import recompute
from applications.services.waiting import (
    answer_supplement,
    decline_withdrawal,
    expire,
    grant_withdrawal,
    record_payment,
    request_payment,
    request_supplement,
    request_withdrawal,
)

__all__ = [
    "Incomplete",
    "accept",
    "answer_supplement",
    "approve",
    "attach",
    "decide",
    "decline_withdrawal",
    "deliver",
    "detach",
    "discard_draft",
    "draft_letter",
    "escalate",
    "expire",
    "extend",
    "gather",
    "grant_withdrawal",
    "hold",
    "issue",
    "pass_on",
    "pause_for_consultation",
    "propose",
    "recompute",
    "record_acknowledgement",
    "record_delay",
    "record_partner_status",
    "record_payment",
    "refuse",
    "release",
    "request_payment",
    "request_supplement",
    "request_withdrawal",
    "resume_after_consultation",
    "revise_letter",
    "save_answers",
    "send_back",
    "send_letter",
    "sign",
    "sign_letter",
    "start",
    "stop",
    "submit",
    "take_held",
]
