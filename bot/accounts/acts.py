"""What people do with an account: each act is asked for, checked against the table and rights, and done."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.accounts.application import back, begin, open_page, send, take_page
from bot.accounts.course import moved, on_with_it, pending, tell, tell_released, timer, unconfirmed
from bot.accounts.forms import PREFIX, FilledForm, act_form, gate_blocks, gate_of, read_act
from bot.accounts.people import (
    AccountActor,
    actor_of,
    concerned,
    holders,
    is_hidden,
    is_one_of,
    lacking,
    may,
    note,
)
from bot.accounts.shown import can, listing, rule, said, to_confirm, whole
from bot.casework.context import Work
from bot.content.account_texts import AccountAct
from bot.domain.accounts import ACTS, PERSON, AccountEvent, AccountStage, Details, Runner, carried_over
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Pressed, Submitted
from bot.storage.accounts import AccountEntry, find_account

_S, _E = AccountStage, AccountEvent
_CONFIRMED = re.compile(r"([0-9a-f]{32})\|(\d{1,2})")


@dataclass(frozen=True)
class AccountPress:
    """An act under way: who, with which one, and what the form says."""

    work: Work
    actor: AccountActor
    entry: AccountEntry
    read: FilledForm

    def text(self, name: str) -> str:
        """What stands in a field."""
        return next(iter(self.read.values.get(name, ())), "")

    def move(self, event: AccountEvent, **changed: object) -> AccountEntry:
        """It after the event, with these details changed."""
        details: Details = replace(self.entry.details, **changed)  # type: ignore[arg-type]
        return moved(self.work, self.entry, event, details, self.actor)

    def tell_applicant(self, entry: AccountEntry, kind: str) -> None:
        """Tell the applicant."""
        kinds = self.work.context.world.accounts.notices
        tell(self.work, entry, (entry.details.applicant,), next(one for one in kinds if one == kind))


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form asks, or say why not. A refusal changes nothing."""
    content, actor = incoming.content, actor_of(work, incoming.sender)
    assert isinstance(content, Pressed | Submitted)
    name, platform = content.action.removeprefix(PREFIX), incoming.sender.platform
    if name == "page" and isinstance(content, Submitted):
        return take_page(work, actor, content, platform)
    if name == "back":
        return back(work, actor, content)
    if found := _SIMPLE.get(name):
        return found(work, actor, content.value)
    entry = find_account(work.tx, work.context.vault, content.value)
    known = next((one for one in work.context.world.accounts.acts if one == name), None)
    if known is None and name not in ("open", "rules"):
        return listing(work, actor)
    if entry is None:
        return _refused(work, "unknown")
    if known is None:
        return _opened(work, actor, entry, rules=name == "rules")
    return _act(work, actor, entry, known, content, platform)


def _opened(work: Work, actor: AccountActor, entry: AccountEntry, *, rules: bool) -> Message:
    runner = to_confirm(work, actor, entry) if rules else None
    if runner is not None:
        return rule(work, entry, runner)
    return _refused(work, "unknown") if is_hidden(work.context, actor, entry) else whole(work, actor, entry)


def _refused(work: Work, why: str) -> Message:
    return said(work, "warning", work.context.world.accounts.refusals.named(why))


def _act(
    work: Work,
    actor: AccountActor,
    entry: AccountEntry,
    name: AccountAct,
    content: Pressed | Submitted,
    platform: str,
) -> Message:
    if refusal := _objection(work, actor, entry, name):
        return refusal
    if isinstance(content, Pressed):
        return act_form(work, name, entry)
    read = read_act(work, name, entry, content.fields, platform)
    if read.errors:
        return act_form(work, name, entry, read.values, read.errors)
    if name == "transfer" and gate_of(work, {}, read.runners):
        form = act_form(work, name, entry, read.values)
        return replace(form, blocks=(*gate_blocks(work, "runners"), *form.blocks))
    after = _DO[name](AccountPress(work, actor, entry, read))
    note(work, actor, f"{PREFIX}{name}", entry, name=entry.name)
    runner = next((one.name for one in entry.asked if one.who in read.values.get("runner", ())), "")
    done = work.context.world.accounts.acts[name].done.fill(name=entry.name, runner=runner)
    return whole(work, actor, after, "success", done)


def _objection(work: Work, actor: AccountActor, entry: AccountEntry, name: AccountAct) -> Message | None:
    """Why they cannot do it, or not now; None where they can."""
    record = ACTS[name]
    if not may(work.context, actor, record.duty, entry):
        note(work, actor, "refused", entry, pressed=f"{PREFIX}{name}")
        if is_hidden(work.context, actor, entry):
            return _refused(work, "unknown")
        own = actor.person and actor.person.id in concerned(work.context, entry)
        decides = record.duty in ("complete_account", "decide_account")
        return _refused(work, "own" if own and decides else "not_permitted")
    if entry.stage not in record.at:
        return _refused(work, entry.stage.value)
    if not can(work, actor, entry, name):
        return _refused(work, _why_not(name, entry))
    if _is_off_record(work, actor, entry, name):
        return whole(work, actor, entry, "warning", work.context.world.accounts.record.refused)
    return None


def _is_off_record(work: Work, actor: AccountActor, entry: AccountEntry, name: AccountAct) -> bool:
    """Whether rule 45 stops it: nobody attests, and nothing goes live, before all of it is on record.

    The audit has the second alone: what somebody has not read or attended yet stands nowhere for ever.
    """
    if name == "attest":
        return any(is_one_of(work.context, actor, (one,)) for one in lacking(work, entry))
    if name not in ("create", "hand_over") or not lacking(work, entry):
        return False
    note(work, actor, "refused", entry, pressed=f"{PREFIX}{name}", why="rule 45")
    return True


def _why_not(name: AccountAct, entry: AccountEntry) -> str:
    if name in ("attest", "decline", "paper"):
        return "attested"
    if name == "tick" or any(not one.attested for one in entry.asked):
        return "not_attested"
    return "not_satisfied"


def _with(entry: AccountEntry, changed: tuple[Runner, ...]) -> dict[str, object]:
    """The field of the details that holds those who are asked at this stage, with this in it."""
    return {"incoming" if entry.stage is _S.TRANSFERRING else "runners": changed}


def _attested(
    press: AccountPress, who: tuple[Runner, ...], text: str, *, paper: bool = False
) -> AccountEntry:
    count = len(press.work.context.world.accounts.rules)
    names = {one.who for one in who}
    changed = tuple(
        replace(one, attested=text, confirmed=count if paper else one.confirmed) if one.who in names else one
        for one in press.entry.asked
    )
    after = press.move(_E.ATTEST, **_with(press.entry, changed))
    if after.stage is _S.TRANSFERRING and not pending(press.work, after):
        tell(press.work, after, holders(press.work.context, "flt", after), "transferring")
    return on_with_it(press.work, after)


def _attest(press: AccountPress) -> AccountEntry:
    mine = tuple(one for one in press.entry.asked if is_one_of(press.work.context, press.actor, (one,)))
    labels, when = press.work.context.world.accounts.labels, press.work.context.local(press.work.now)
    return _attested(press, mine, labels.by_themselves.fill(when=when, trained=press.text("trained")))


def _paper(press: AccountPress) -> AccountEntry:
    signed = tuple(one for one in press.entry.asked if one.who == press.text("runner"))
    labels, when = press.work.context.world.accounts.labels, press.work.context.local(press.work.now)
    text = labels.on_paper.fill(when=when, person=press.actor.name)
    return _attested(press, signed, text, paper=True)


def _decline(press: AccountPress) -> AccountEntry:
    left = tuple(one for one in press.entry.asked if not is_one_of(press.work.context, press.actor, (one,)))
    return declined(press.work, press.entry, left)


def declined(work: Work, entry: AccountEntry, left: tuple[Runner, ...]) -> AccountEntry:
    """It without those who will not, or no longer can, run it: back to the applicant, or to IT."""
    details = entry.details
    if entry.stage is _S.TRANSFERRING:
        return not_taken_over(work, entry, _E.DECLINE, left)
    # The runners who are left are named again, with somebody new.
    same_lead = left[:1] == details.runners[:1]
    answers = {**details.answers, "others": (), **({} if same_lead else {"lead": ()})}
    after = moved(work, entry, _E.DECLINE, replace(details, runners=left, answers=answers))
    tell(work, after, (after.details.applicant,), "declined")
    return after


def not_taken_over(
    work: Work, entry: AccountEntry, event: AccountEvent, left: tuple[Runner, ...]
) -> AccountEntry:
    """It after a transfer that came to nothing: with IT, who close or transfer it; or as it was before.

    `left`: those who would still have taken it over, and are told that they need not.
    The lead when the transfer began leads it still, unless they have left meanwhile.
    """
    details = replace(entry.details, incoming=(), lead_stays=False)
    stays = entry.details.lead_stays
    after = moved(work, entry, _E.STAY if stays else event, details)
    if stays:
        tell(work, after, holders(work.context, "it", after), "stays")
    tell_released(work, after, left, "not_needed")
    return after


def _return(press: AccountPress) -> AccountEntry:
    after = press.move(_E.RETURN, why=press.text("why"))
    press.tell_applicant(after, "returned")
    return after


def _tick(press: AccountPress) -> AccountEntry:
    ticked, by = press.read.values.get("satisfied", ()), press.actor.who.removeprefix(PERSON)
    changed = tuple(
        replace(one, satisfied=(one.satisfied or by) if one.who in ticked else "")
        for one in press.entry.asked
    )
    after = press.move(_E.TICK, **_with(press.entry, changed))
    first = not all(one.satisfied for one in press.entry.asked)
    if first and after.stage is _S.TRANSFERRING and all(one.satisfied for one in changed):
        tell(press.work, after, holders(press.work.context, "it", after), "transferring")
    return after


def _approve(press: AccountPress) -> AccountEntry:
    after = press.move(_E.APPROVE)
    press.tell_applicant(after, "approved")
    return after


def _reject(press: AccountPress) -> AccountEntry:
    after = press.move(_E.REJECT, why=press.text("why"))
    press.tell_applicant(after, "rejected")
    return after


def _withdraw(press: AccountPress) -> AccountEntry:
    return withdrawn(press.work, press.entry)


def withdrawn(work: Work, entry: AccountEntry) -> AccountEntry:
    """It ends; those who had something to do are told that nothing is left to do."""
    roles = {_S.WITH_SBM: "sbm", _S.WITH_FLT: "flt", _S.CREATING: "it"}
    had = [one.who for one in entry.details.runners] if entry.stage is not _S.DRAFT else []
    had += holders(work.context, roles[entry.stage], entry) if entry.stage in roles else ()
    after = moved(work, entry, _E.WITHDRAW)
    tell(work, after, (who for who in had if who != entry.details.applicant), "withdrawn")
    return after


def _next_review(work: Work) -> str:
    return (work.now + timedelta(days=work.context.world.accounts.review_days)).isoformat()


def _create(press: AccountPress) -> AccountEntry:
    work = press.work
    today = work.context.world.federation.working_time.day_of(work.now).isoformat()
    after = press.move(
        _E.CREATE,
        page=press.text("page"),
        kept_in=press.text("kept_in"),
        live_since=today,
        review_at=_next_review(work),
        why="",
    )
    told = (after.details.applicant, *holders(work.context, "sbm", after))
    tell(
        work, after, (who for who in told if who not in {one.who for one in after.details.runners}), "created"
    )
    return after


def _review(press: AccountPress) -> AccountEntry:
    return press.move(_E.REVIEW, review_at=_next_review(press.work))


def _close(press: AccountPress) -> AccountEntry:
    after = press.move(_E.CLOSE, why=press.text("why"), incoming=())
    tell_released(press.work, after, press.entry.details.incoming, "not_needed")
    return after


def _transfer(press: AccountPress) -> AccountEntry:
    incoming = carried_over(press.entry.details.runners, press.read.runners)
    stays = press.entry.stage is not _S.LEAD_LEFT
    after = press.move(_E.TRANSFER, incoming=incoming, seed=False, lead_stays=stays)
    if not pending(press.work, after) and not all(one.satisfied for one in incoming):
        tell(press.work, after, holders(press.work.context, "flt", after), "transferring")
    return after


def _hand_over(press: AccountPress) -> AccountEntry:
    incoming = press.entry.details.incoming
    after = press.move(
        _E.HAND_OVER,
        runners=incoming,
        incoming=(),
        lead_stays=False,
        kept_in=press.text("kept_in"),
        flagged=False,
    )
    tell_released(press.work, after, press.entry.details.runners, "handed_over")
    return after


def _end(press: AccountPress) -> AccountEntry:
    after = press.move(_E.END)
    told = (*(one.who for one in after.details.runners), *holders(press.work.context, "sbm", after))
    tell(press.work, after, told, "ended")
    return after


_DO: Mapping[AccountAct, Callable[[AccountPress], AccountEntry]] = {
    "attest": _attest,
    "decline": _decline,
    "paper": _paper,
    "complete": lambda press: press.move(_E.COMPLETE),
    "return": _return,
    "ask": _return,
    "tick": _tick,
    "approve": _approve,
    "reject": _reject,
    "withdraw": _withdraw,
    "create": _create,
    "review": _review,
    "close": _close,
    "transfer": _transfer,
    "hand_over": _hand_over,
    "end": _end,
}


def _confirm(work: Work, actor: AccountActor, value: str) -> Message:
    """One rule is confirmed. A press that comes twice or late shows the rule that is next."""
    match = _CONFIRMED.fullmatch(value)
    entry = find_account(work.tx, work.context.vault, match[1]) if match else None
    if match is None or entry is None:
        return _refused(work, "unknown")
    if not may(work.context, actor, "attest_account", entry):
        note(work, actor, "refused", entry, pressed=f"{PREFIX}confirm")
        return _refused(work, "unknown" if is_hidden(work.context, actor, entry) else "not_permitted")
    runner = to_confirm(work, actor, entry)
    if runner is None:
        live = entry.stage in (_S.LIVE, _S.REVIEW_DUE)
        return _refused(work, "confirmed" if live else entry.stage.value)
    if int(match[2]) != runner.confirmed + 1:
        return rule(work, entry, runner)
    mine = replace(runner, confirmed=runner.confirmed + 1)
    runners = tuple(mine if one.who == runner.who else one for one in entry.details.runners)
    changed = replace(entry, details=replace(entry.details, runners=runners))
    if entry.stage is _S.LIVE and not unconfirmed(work, changed):
        changed = replace(changed, remind_at=timer(work, changed))
    after = moved(work, changed, _E.CONFIRM)
    note(work, actor, f"{PREFIX}confirm", entry, rule=match[2])
    if to_confirm(work, actor, after) is not None:
        return rule(work, after, mine)
    text = work.context.world.accounts.replies["confirmed"].fill(name=entry.name)
    return said(work, "success", text)


_SIMPLE: Mapping[str, Callable[[Work, AccountActor, str], Message]] = {
    "request": lambda work, actor, _value: begin(work, actor),
    "list": lambda work, actor, _value: listing(work, actor),
    "page": open_page,
    "send": send,
    "confirm": _confirm,
}
