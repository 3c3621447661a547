"""Every verb of a dossier. Pages, back office, API, tasks and commands call these and nothing else.

Contract: keyword-only and typed; actor and instant are arguments; one transaction; guarded in SQL; one Event for
each change; refuses with a ``DomainError``. Locks are taken in the order dossier → charge → message.
"""

from applications.services.checking import check_conditions
from applications.services.claiming import (
    claim,
    claim_next,
    let_go,
    release_absent,
    take_over,
    transfer,
)
from applications.services.clock import (
    escalate,
    extend,
    record_delay,
)
from applications.services.consulting import (
    answer_consultation,
    close_consultation,
    consult,
    remind_consultation,
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
from applications.services.drafts import discard_draft, gather, hold, rebase_draft, take_held
from applications.services.exporting import (
    ask_list,
    ask_register,
    fetch_export,
    remove_exports,
    write_export,
)
from applications.services.filters import (
    delete_filter,
    pin_filter,
    rename_filter,
    save_filter,
    share_filter,
)
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
from applications.services.simulating import simulate
from applications.services.supplementing import confirm_supplement, decline_supplement, draft_supplement
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
    "ask_list",
    "ask_register",
    "check_conditions",
    "fetch_export",
    "remove_exports",
    "write_export",
    "transfer",
    "take_over",
    "release_absent",
    "let_go",
    "claim_next",
    "claim",
    "share_filter",
    "save_filter",
    "rename_filter",
    "pin_filter",
    "delete_filter",
    "Incomplete",
    "accept",
    "answer_consultation",
    "answer_supplement",
    "approve",
    "attach",
    "close_consultation",
    "confirm_supplement",
    "consult",
    "decide",
    "decline_supplement",
    "decline_withdrawal",
    "deliver",
    "detach",
    "discard_draft",
    "draft_letter",
    "escalate",
    "expire",
    "draft_supplement",
    "extend",
    "gather",
    "grant_withdrawal",
    "hold",
    "issue",
    "pass_on",
    "propose",
    "rebase_draft",
    "recompute",
    "record_acknowledgement",
    "record_delay",
    "record_partner_status",
    "record_payment",
    "refuse",
    "release",
    "remind_consultation",
    "request_payment",
    "request_supplement",
    "request_withdrawal",
    "revise_letter",
    "save_answers",
    "send_back",
    "send_letter",
    "sign",
    "simulate",
    "sign_letter",
    "start",
    "stop",
    "submit",
    "take_held",
]
