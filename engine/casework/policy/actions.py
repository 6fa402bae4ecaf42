"""The rules, as data: each action, who may do it, and who may know that its thing exists.

An action without a rule cannot be written, for the table is checked when it is made; a relation that is not named is
denied. `seen_by` names the action of looking: who may not even look is told that there is no such thing (404), who may
look and not act is told so (403). Where it is not said, that such things exist is no secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.casework.policy.relations import ROLES, SAID, Relation, Role

_R = Relation


class Action(StrEnum):
    """What can be done."""

    read_public = "public.read"
    call_back = "callback.send"
    sign_in = "session.begin"
    prove_factor = "session.prove"
    keep_own_account = "account.keep-own"
    read_inbox = "inbox.read"
    manage_sessions = "sessions.manage"
    manage_tokens = "tokens.manage"
    manage_passwords = "passwords.manage"

    apply = "application.apply"
    list_cases = "application.list"
    see_case = "application.see"
    read_papers = "application.read-papers"
    see_payments_of_case = "application.see-payments"
    withdraw = "application.withdraw"
    extend_term = "application.extend"
    keep_record = "record.keep"
    open_case = "case.open"
    see_openings = "case.see-openings"
    review_opening = "case.review-opening"
    prefill = "form.prefill"
    keep_consent = "consent.keep"

    list_tasks = "task.list"
    see_task = "task.see"
    claim_task = "task.claim"
    release_task = "task.release"
    assign_task = "task.assign"
    delegate_task = "task.delegate"
    accept_task = "task.accept"
    decline_task = "task.decline"
    draft_task = "task.draft"
    complete_task = "task.complete"

    send_file = "attachment.send"
    change_file = "attachment.change"
    read_file = "attachment.read"
    read_document = "document.read"
    revoke_document = "document.revoke"

    keep_silences = "silence.keep"

    see_payments = "payment.see"
    refund = "payment.refund"
    reconcile = "payment.reconcile"

    see_mandate = "mandate.see"
    offer_mandate = "mandate.offer"
    agree_mandate = "mandate.agree"
    enter_mandate = "mandate.enter"
    add_company = "company.add"

    see_agencies = "agency.see"
    belong_to_agency = "agency.belong"
    make_agency = "agency.make"
    rename_agency = "agency.rename"
    appoint_administrator = "agency.appoint"
    arrange_agency = "agency.arrange"
    see_members = "agency.see-members"
    see_absences = "agency.see-absences"
    declare_absence = "agency.declare-absence"
    end_deputyship = "agency.end-deputyship"
    enter_closure = "closure.enter"
    remove_closure = "closure.remove"

    see_subscription = "subscription.see"
    subscribe = "subscription.make"
    change_subscription = "subscription.change"
    refer_to_environment = "subscription.refer"

    deploy = "deployment.make"
    see_deployments = "deployment.see"
    read_models = "model.read"
    try_rules = "rule.try"
    see_instances = "instance.see"
    start_instance = "instance.start"
    cancel_instance = "instance.cancel"
    read_variables = "instance.read-variables"
    change_variables = "instance.change"
    publish_message = "message.publish"
    repair_jobs = "job.repair"
    look_after_partners = "partner.keep"
    read_figures = "figures.read"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do one action."""

    does: str
    """The action in words, after "may"."""
    who: tuple[Relation, ...]
    seen_by: Action | None = None
    """The action of looking at the thing, where its existence is private."""
    roles: frozenset[Role] = frozenset()
    """Roles that can stand so to such a thing; by default those of the relations."""
    halfway: bool = False
    """Whether a session may do it whose second factor is not proved yet."""
    refusal: str = ""
    """Made of the others: why it is denied."""

    @property
    def is_public(self) -> bool:
        """Whether nobody has to sign in."""
        return Relation.everyone in self.who


def _rule(
    does: str,
    *who: Relation,
    seen_by: Action | None = None,
    roles: frozenset[Role] | None = None,
    halfway: bool = False,
) -> Rule:
    can = frozenset(role for relation in who for role in ROLES[relation]) if roles is None else roles
    allowed = ", ".join(SAID[relation] for relation in who)
    return Rule(does, who, seen_by, can, halfway, f"Only {allowed} may {does}.")


_A = Action
_HERS: Final = (_R.person, _R.representative)
_CASE: Final = (*_HERS, _R.supervisor, _R.opener)
_PAPERS: Final = (*_CASE, _R.working_on)
_TASK: Final = (*_HERS, _R.member, _R.deputy, _R.supervisor)
_CASE_ROLES: Final = frozenset({Role.citizen, Role.clerk, Role.supervisor})
_CITIZEN: Final = frozenset({Role.citizen})
_STAFF: Final = frozenset({Role.clerk, Role.supervisor})

RULES: Final[Mapping[Action, Rule]] = {
    _A.read_public: _rule("read what is public", _R.everyone),
    _A.call_back: _rule("call back with a signature", _R.everyone),
    _A.sign_in: _rule("sign in", _R.everyone),
    _A.prove_factor: _rule("prove a second factor", _R.signed_in, halfway=True),
    _A.keep_own_account: _rule("look after their own account", _R.signed_in),
    _A.read_inbox: _rule("read an inbox", _R.person, seen_by=_A.read_inbox),
    _A.manage_sessions: _rule("end sessions of others", _R.operator),
    _A.manage_tokens: _rule("manage tokens of others", _R.operator),
    _A.manage_passwords: _rule("let somebody set a new password", _R.operator),
    # --- applications -----------------------------------------------------------------------------------------------
    _A.apply: _rule("apply", _R.citizen),
    _A.list_cases: _rule("list their applications", *_HERS, roles=_CITIZEN),
    _A.see_case: _rule("see an application", *_CASE, seen_by=_A.see_case, roles=_CASE_ROLES),
    _A.read_papers: _rule("read the papers of an application", *_PAPERS, seen_by=_A.read_papers, roles=_CASE_ROLES),
    _A.see_payments_of_case: _rule(
        "see the payments of an application",
        *_HERS,
        _R.supervisor,
        _R.operator,
        seen_by=_A.see_payments_of_case,
        roles=frozenset({Role.citizen, Role.supervisor, Role.operator}),
    ),
    _A.withdraw: _rule("withdraw an application", *_HERS, seen_by=_A.see_case, roles=_CITIZEN),
    _A.extend_term: _rule("extend a term", _R.supervisor, seen_by=_A.extend_term),
    _A.keep_record: _rule("look after the record of a case", _R.supervisor, seen_by=_A.keep_record),
    _A.open_case: _rule("open a case without a task", _R.colleague, seen_by=_A.open_case),
    _A.see_openings: _rule("see openings of cases", _R.person, _R.supervisor, roles=_STAFF),
    _A.review_opening: _rule("review an opening", _R.supervisor, seen_by=_A.review_opening),
    _A.prefill: _rule("let a form be filled in", _R.person, seen_by=_A.prefill, roles=_CITIZEN),
    _A.keep_consent: _rule("give and withdraw a consent", _R.person, seen_by=_A.keep_consent, roles=_CITIZEN),
    # --- tasks ------------------------------------------------------------------------------------------------------
    _A.list_tasks: _rule("list tasks", *_TASK, roles=_CASE_ROLES),
    _A.see_task: _rule("see a task", *_TASK, seen_by=_A.see_task, roles=_CASE_ROLES),
    _A.claim_task: _rule("claim a task", _R.member, _R.deputy, seen_by=_A.see_task),
    _A.release_task: _rule(
        "release a task",
        _R.holder,
        _R.deputy_of_holder,
        _R.supervisor,
        seen_by=_A.see_task,
    ),
    _A.assign_task: _rule("assign a task", _R.supervisor, seen_by=_A.see_task),
    _A.delegate_task: _rule("delegate a task", _R.holder, seen_by=_A.see_task),
    _A.accept_task: _rule("accept a task", _R.asked, seen_by=_A.see_task),
    _A.decline_task: _rule("decline a task", _R.asked, _R.holder, seen_by=_A.see_task),
    _A.draft_task: _rule("keep a draft of a task", *_HERS, _R.holder, seen_by=_A.see_task, roles=_CASE_ROLES),
    _A.complete_task: _rule("complete a task", *_HERS, _R.member, _R.deputy, seen_by=_A.see_task, roles=_CASE_ROLES),
    # --- files ------------------------------------------------------------------------------------------------------
    _A.send_file: _rule("send files", _R.citizen, _R.colleague, roles=_CASE_ROLES),
    _A.change_file: _rule("change a file", _R.person, seen_by=_A.change_file, roles=_CASE_ROLES),
    _A.read_file: _rule("read a file", _R.person, *_PAPERS[1:], seen_by=_A.read_file, roles=_CASE_ROLES),
    _A.read_document: _rule("read a document", *_PAPERS, seen_by=_A.read_document, roles=_CASE_ROLES),
    _A.revoke_document: _rule("revoke a document", _R.supervisor, seen_by=_A.revoke_document),
    # --- looks ------------------------------------------------------------------------------------------------------
    # the queue is the one that the operator named as the authority (engine.runtime.silence_looks)
    _A.keep_silences: _rule("keep looks of an investigation from a person", _R.member),
    # --- payments ---------------------------------------------------------------------------------------------------
    _A.see_payments: _rule("look after payments", _R.operator, _R.supervisor, seen_by=_A.see_payments),
    _A.refund: _rule("refund a payment", _R.operator, _R.supervisor, seen_by=_A.see_payments),
    _A.reconcile: _rule("reconcile payments", _R.operator),
    # --- mandates ---------------------------------------------------------------------------------------------------
    _A.see_mandate: _rule("see a mandate", _R.party, seen_by=_A.see_mandate),
    _A.offer_mandate: _rule("offer a mandate", _R.citizen, _R.operator),
    _A.agree_mandate: _rule("agree to a mandate", _R.party, seen_by=_A.see_mandate),
    _A.enter_mandate: _rule("enter a mandate that is proved", _R.operator),
    _A.add_company: _rule("make the account of a company", _R.operator),
    # --- agencies ---------------------------------------------------------------------------------------------------
    _A.see_agencies: _rule("see agencies", _R.signed_in),
    _A.belong_to_agency: _rule("know an agency from within", _R.colleague, _R.administrator, _R.operator),
    _A.make_agency: _rule("make an agency", _R.operator),
    _A.rename_agency: _rule("rename an agency", _R.administrator, _R.operator),
    _A.appoint_administrator: _rule("appoint or dismiss an administrator", _R.operator),
    _A.arrange_agency: _rule("arrange an agency", _R.administrator, seen_by=_A.belong_to_agency),
    _A.see_members: _rule(
        "see the members of an agency",
        _R.administrator,
        _R.supervisor,
        _R.operator,
        seen_by=_A.belong_to_agency,
    ),
    _A.see_absences: _rule("see absences and deputies", _R.colleague, _R.administrator, seen_by=_A.see_absences),
    _A.declare_absence: _rule(
        "declare absences and deputies",
        _R.person,
        _R.supervisor,
        _R.administrator,
        seen_by=_A.see_absences,
        roles=frozenset({Role.clerk, Role.supervisor, Role.administrator}),
    ),
    _A.end_deputyship: _rule(
        "end a deputyship",
        _R.person,
        _R.party,
        _R.supervisor,
        _R.administrator,
        seen_by=_A.see_absences,
        roles=frozenset({Role.clerk, Role.supervisor, Role.administrator}),
    ),
    _A.enter_closure: _rule("enter closures", _R.supervisor, _R.operator),
    _A.remove_closure: _rule("remove closures", _R.supervisor, _R.operator, seen_by=_A.remove_closure),
    # --- events -----------------------------------------------------------------------------------------------------
    _A.see_subscription: _rule("see a subscription", _R.operator, _R.supervisor, seen_by=_A.see_subscription),
    _A.subscribe: _rule("subscribe to events", _R.operator, _R.supervisor),
    _A.change_subscription: _rule("change a subscription", _R.operator, _R.supervisor, seen_by=_A.see_subscription),
    _A.refer_to_environment: _rule("name a secret of the environment", _R.operator),
    # --- models and what runs of them -------------------------------------------------------------------------------
    _A.deploy: _rule("deploy", _R.analyst, _R.engine),
    _A.see_deployments: _rule("see deployments", _R.analyst, _R.operator),
    _A.read_models: _rule("read models", _R.analyst, _R.operator, _R.supervisor),
    _A.try_rules: _rule("try decision definitions", _R.official),
    _A.see_instances: _rule("see instances", _R.analyst, _R.operator),
    _A.start_instance: _rule("start an instance", _R.analyst, _R.operator),
    _A.cancel_instance: _rule("cancel an instance", _R.operator),
    _A.read_variables: _rule("read the values of an instance", _R.operator),
    _A.change_variables: _rule("change variables", _R.operator),
    _A.publish_message: _rule("publish messages and signals", _R.operator),
    _A.repair_jobs: _rule("look after jobs and incidents", _R.operator),
    _A.look_after_partners: _rule("look after partners", _R.operator),
    _A.read_figures: _rule("read the figures", _R.operator),
}
"""All rules. What is not here is denied."""
