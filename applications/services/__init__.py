"""Every verb of a dossier. Pages, back office, API, tasks and commands call these and nothing else.

Contract: keyword-only and typed; actor and instant are arguments; one transaction; guarded in SQL; one Event for
each change; refuses with a ``DomainError``. Locks are taken in the order dossier → charge → message.
"""

from applications.services.batches import (
    confirm_batch,
    create_batch,
    create_list_batch,
    retry_batch,
    stop_batch,
)
from applications.services.bundling import (
    file_waiting,
    give_up_part,
    retry_part,
    submit_bundle,
    withdraw_bundle,
)
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
    lapse_consultation,
    remind_consultation,
)
from applications.services.counter import (
    AT_COUNTER,
    file_at_counter,
    hand_over,
    keep_at_counter,
    open_filing,
)
from applications.services.deciding import (
    approve,
    decide,
    deliver,
    issue,
    number,
    propose,
    release,
    send_back,
    sign,
    stop,
    verify,
)
from applications.services.deputising import delegate, revoke_delegation
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
from applications.services.leave import cancel_absence, hand_on_held, record_absence
from applications.services.letters import draft_letter, revise_letter, send_letter, sign_letter
from applications.services.list_filing import file_row
from applications.services.papers import attach, detach, see_original
from applications.services.partners import record_acknowledgement, record_partner_status
from applications.services.recomputing import recompute
from applications.services.releasing_many import release_many
from applications.services.returning import return_draft
from applications.services.shipping import ask_carrier, order_shipment, send_shipment, take_notice
from applications.services.signing_many import sign_many
from applications.services.simulating import simulate
from applications.services.stepping import end_consulting
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
    "delegate",
    "revoke_delegation",
    "record_absence",
    "cancel_absence",
    "hand_on_held",
    "AT_COUNTER",
    "ask_carrier",
    "file_at_counter",
    "hand_over",
    "keep_at_counter",
    "open_filing",
    "order_shipment",
    "see_original",
    "send_shipment",
    "take_notice",
    "file_waiting",
    "give_up_part",
    "retry_part",
    "submit_bundle",
    "withdraw_bundle",
    "confirm_batch",
    "create_batch",
    "create_list_batch",
    "file_row",
    "retry_batch",
    "stop_batch",
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
    "end_consulting",
    "expire",
    "lapse_consultation",
    "number",
    "verify",
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
    "release_many",
    "request_supplement",
    "request_withdrawal",
    "return_draft",
    "revise_letter",
    "save_answers",
    "send_back",
    "send_letter",
    "sign",
    "simulate",
    "sign_letter",
    "sign_many",
    "start",
    "stop",
    "submit",
    "take_held",
]
