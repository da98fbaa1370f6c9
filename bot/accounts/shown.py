"""What people see of accounts: the list, one of them, and what they can do with it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.accounts.course import unconfirmed, under_two
from bot.accounts.forms import PREFIX, SLOT
from bot.accounts.people import AccountActor, has_applied, is_one_of, lacking, may
from bot.casework.context import Work
from bot.content.account_texts import AccountAct, AccountNote
from bot.content.campaign_texts import version_of
from bot.domain.access import Duty
from bot.domain.accounts import (
    ACTS,
    APPLIED,
    ENDED,
    PERSON,
    REGISTERED,
    TAKEN_UP,
    AccountStage,
    Runner,
    identity,
)
from bot.domain.campaigns import Lacking
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Facts,
    Heading,
    Message,
    Outside,
    Paragraph,
    Row,
    Table,
    Tags,
    Tone,
)
from bot.domain.names import name_words
from bot.reporting.steps import quotes
from bot.storage.accounts import AccountEntry, all_accounts
from bot.storage.campaigns import was_campaign_held

_SHOWN = 20
_S = AccountStage


def said(work: Work, tone: Tone, text: str, *more: Block) -> Message:
    """One thing said, with a way to the list."""
    listed = Buttons((Button(work.context.world.accounts.buttons.list, f"{PREFIX}list"),))
    blocks = (Callout(tone, text), *more, listed)
    return Message(blocks, summary=text, replaces=SLOT, ephemeral=True)


def school_name(work: Work, entry: AccountEntry) -> str:
    """Its school's name; the Federation's where it is for all of them."""
    return work.context.world.federation.school_name(entry.school)


def listing(work: Work, actor: AccountActor) -> Message:
    """What is theirs to do, their applications, and the register: its public facts for everybody."""
    texts = work.context.world.accounts
    found = all_accounts(work.tx, work.context.vault)
    tasks = _tasks(work, actor, found)
    applied = [
        one
        for one in found
        if one not in tasks
        and one.stage in (*APPLIED, *ENDED)
        and may(work.context, actor, "see_account", one)
    ]
    live = [one for one in found if one.stage in REGISTERED]
    blocks: list[Block] = [Heading(texts.list.title)]
    for title, shown in ((texts.list.tasks, tasks), (texts.list.yours, applied), (texts.list.known, live)):
        blocks += [Heading(title), *_lines(work, actor, shown)] if shown else []
    blocks += [] if live else [Paragraph(texts.list.none)]
    blocks.append(Buttons((Button(texts.buttons.apply, f"{PREFIX}request"),)))
    return Message(tuple(blocks), summary=texts.list.title, replaces="accounts", ephemeral=True)


def waiting(work: Work, actor: AccountActor) -> int | None:
    """How many wait for somebody; None for anybody who has no part in any account or application."""
    found = all_accounts(work.tx, work.context.vault, (*APPLIED, *REGISTERED))
    if not any(may(work.context, actor, "see_account", one) for one in found):
        return None
    return len(_tasks(work, actor, found))


def _tasks(work: Work, actor: AccountActor, found: Iterable[AccountEntry]) -> list[AccountEntry]:
    return [one for one in found if offered(work, actor, one, tasks=True)]


def _lines(work: Work, actor: AccountActor, shown: list[AccountEntry]) -> Iterable[Block]:
    texts = work.context.world.accounts
    labels = texts.labels
    columns = (labels.account, labels.marks, labels.state, labels.school)
    yield Table(columns, tuple(_row(work, actor, entry) for entry in shown[:_SHOWN]))
    if len(shown) > _SHOWN:
        yield Paragraph(texts.list.more.fill(count=len(shown) - _SHOWN))


def _row(work: Work, actor: AccountActor, entry: AccountEntry) -> Row:
    texts, sees = work.context.world.accounts, may(work.context, actor, "see_account", entry)
    few = sees and entry.stage in REGISTERED and under_two(work, entry)
    # How it stands with an account is for those who have a part in it.
    stage, mark = texts.stages[entry.stage if sees else _S.LIVE], texts.labels.under_two if few else ""
    school = school_name(work, entry)
    line = texts.list.line.fill(name=entry.name, school=school, stage=stage)
    label = texts.buttons.open_one.fill(name=entry.name)
    text = f"{mark}: {line}" if mark else line
    return Row((entry.name, mark, stage, school), text, Button(label, f"{PREFIX}open", entry.id))


def whole(
    work: Work, actor: AccountActor, entry: AccountEntry, tone: Tone = "info", line: str = ""
) -> Message:
    """One of them: all of it for who may see it, else the public facts."""
    texts = work.context.world.accounts
    above = (Callout(tone, line),) if line else ()
    if not may(work.context, actor, "see_account", entry):
        blocks = (Heading(entry.name), *above, Facts(_public(work, entry)))
        return _view(work, blocks, (), entry)
    marks = entry.stage in REGISTERED and under_two(work, entry)
    tags = (Tags((texts.labels.under_two,)),) if marks else ()
    facts = (*_state(work, entry), *facts_of(work, entry), *_ends(work, actor, entry))
    blocks = (
        Heading(entry.name),
        *above,
        *tags,
        *_off_record(work, actor, entry),
        Facts(facts),
        *_notes(work, entry),
        *_earlier(work, actor, entry),
    )
    return _view(work, blocks, _buttons(work, actor, entry), entry)


def _off_record(work: Work, actor: AccountActor, entry: AccountEntry) -> tuple[Block, ...]:
    """What rule 45 asks and is not on record: of the viewer, and where it is done; for who decides."""
    texts, missing = work.context.world.accounts.record, lacking(work, entry)
    own = next((what for one, what in missing.items() if is_one_of(work.context, actor, (one,))), ())
    if own:
        lines = Bullets(tuple(texts.lacking[what] for what in own))
        return (Callout("warning", texts.own), lines, *_ways(work, own))
    decides = any(may(work.context, actor, duty, entry) for duty in ("decide_account", "run_account"))
    if not missing or not decides:
        return ()
    return (Callout("warning", texts.others.fill(names=", ".join(one.name for one in missing))),)


def _ways(work: Work, own: tuple[Lacking, ...]) -> tuple[Block, ...]:
    world = work.context.world
    buttons = world.campaigns.buttons
    ways: dict[Lacking, Button] = {
        "read": Button(buttons.begin, "campaign.begin", version_of(world.policy), "primary"),
        "trained": Button(buttons.trained, "campaign.trained"),
    }
    offered = tuple(ways[what] for what in own if what in ways)
    return (Buttons(offered),) if offered else ()


def _view(work: Work, blocks: tuple[Block, ...], buttons: tuple[Button, ...], entry: AccountEntry) -> Message:
    listed = Button(work.context.world.accounts.buttons.list, f"{PREFIX}list")
    return Message((*blocks, Buttons((*buttons, listed))), summary=entry.name, replaces=SLOT, ephemeral=True)


def _public(work: Work, entry: AccountEntry) -> tuple[tuple[str, str], ...]:
    labels = work.context.world.accounts.labels
    found = ((labels.school, school_name(work, entry)), (labels.platform, _platform(work, entry)))
    return tuple(fact for fact in (*found, (labels.page, entry.details.page)) if fact[1])


def _state(work: Work, entry: AccountEntry) -> tuple[tuple[str, str], ...]:
    texts = work.context.world.accounts
    return (
        (texts.labels.state, texts.stages[entry.stage]),
        (texts.labels.since, work.context.local(entry.since)),
    )


def facts_of(work: Work, entry: AccountEntry) -> tuple[tuple[str, str], ...]:
    """The business case, point by point, as far as it is given."""
    texts, details = work.context.world.accounts, entry.details
    labels = texts.labels
    audience = (texts.audiences.get(one, one) for one in details.answers.get("audience", ()))
    is_open = texts.open_options.find(details.answer("open")) or ""
    found = (
        (labels.school, school_name(work, entry)),
        (labels.platform, _platform(work, entry)),
        (labels.account, entry.name),
        (labels.aim, details.answer("aim")),
        (labels.audience, ", ".join(audience)),
        (labels.promotion, details.answer("promotion")),
        (labels.runners, "\n".join(_runners(work, entry))),
        (labels.until_then, ", ".join(one.name for one in _until_then(entry))),
        (labels.open, is_open),
        (labels.email, _email(work, entry)),
        (labels.applicant, details.applicant_name),
    )
    return tuple(fact for fact in found if fact[1])


def _platform(work: Work, entry: AccountEntry) -> str:
    chosen, platforms = entry.details.answer("platform"), work.context.world.playbook.platforms
    return next((one.label for one in platforms if one.value == chosen), chosen)


def _email(work: Work, entry: AccountEntry) -> str:
    email, labels = entry.details.answer("email"), work.context.world.accounts.labels
    if not email or work.context.world.federation.email_domains:
        return email
    return labels.email_unchecked.fill(email=email)


def _runners(work: Work, entry: AccountEntry) -> list[str]:
    labels = work.context.world.accounts.labels
    people = entry.asked
    if not people:
        return [labels.nobody] if entry.stage in REGISTERED else []
    return [_runner(work, entry, number, one) for number, one in enumerate(people)]


def _until_then(entry: AccountEntry) -> tuple[Runner, ...]:
    """Who runs it, and answers its comments, while others are to take it over."""
    return entry.details.runners if entry.stage is _S.TRANSFERRING else ()


def _runner(work: Work, entry: AccountEntry, number: int, runner: Runner) -> str:
    texts, roster = work.context.world.accounts, work.context.world.federation.roster
    labels = texts.labels
    name = labels.lead.fill(name=runner.name) if not number else runner.name
    name = name if runner.is_staff else labels.guest.fill(name=runner.name)
    parts = [name]
    if not entry.details.seed and entry.stage not in (_S.DRAFT, _S.REJECTED, _S.WITHDRAWN):
        parts.append(labels.attested.fill(what=runner.attested) if runner.attested else labels.not_attested)
        parts += [labels.satisfied] if runner.satisfied else []
    if entry.stage in (_S.LIVE, _S.REVIEW_DUE) and not entry.details.seed:
        parts.append(labels.confirmed.fill(number=runner.confirmed, count=len(texts.rules)))
    off = runner.is_staff and not identity(roster, runner.who).startswith(PERSON)
    if off and entry.stage in (_S.CREATING, *REGISTERED):
        parts.append(labels.off_roster)
    return " · ".join(parts)


def _ends(work: Work, actor: AccountActor, entry: AccountEntry) -> tuple[tuple[str, str], ...]:
    labels, details = work.context.world.accounts.labels, entry.details
    kept = details.kept_in if may(work.context, actor, "run_account", entry) else ""
    found = ((labels.why, details.why), (labels.page, details.page), (labels.kept_in, kept))
    return tuple(fact for fact in found if fact[1])


def _notes(work: Work, entry: AccountEntry) -> tuple[Outside, ...]:
    texts = work.context.world.accounts
    holds: dict[AccountNote, bool] = {
        "direct": entry.details.direct and entry.stage in (_S.WITH_FLT, _S.CREATING),
        "creates": entry.stage is _S.CREATING,
        "alone": entry.stage in TAKEN_UP and not was_campaign_held(work.tx),
        "yearly": entry.stage is _S.REVIEW_DUE,
        "times": entry.stage in (_S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING),
    }
    return tuple(
        Outside(texts.outside[name].text, texts.outside[name].source) for name in holds if holds[name]
    )


def _earlier(work: Work, actor: AccountActor, entry: AccountEntry) -> tuple[Block, ...]:
    """What became of an application for the same name before this one, for who decides."""
    duty: Duty = "decide_account" if entry.stage is _S.WITH_FLT else "complete_account"
    if entry.stage not in (_S.WITH_SBM, _S.WITH_FLT) or not may(work.context, actor, duty, entry):
        return ()
    texts, name = work.context.world.accounts, name_words(entry.name)
    ended = all_accounts(work.tx, work.context.vault, (_S.REJECTED, _S.WITHDRAWN))
    same = [
        one for one in ended if name_words(one.name) == name and may(work.context, actor, "see_account", one)
    ]
    lines = [
        texts.labels.earlier.fill(
            stage=texts.stages[one.stage].casefold(),
            when=work.context.local(one.since),
            why=one.details.why or "–",
        )
        for one in same
    ]
    return (Bullets(tuple(lines)),) if lines else ()


def _buttons(work: Work, actor: AccountActor, entry: AccountEntry) -> tuple[Button, ...]:
    texts, value = work.context.world.accounts, entry.id
    first = offered(work, actor, entry)
    found = tuple(Button(texts.acts[act].button, f"{PREFIX}{act}", value) for act in first)
    if entry.stage is _S.DRAFT and has_applied(work.context, actor, entry):
        go_on = Button(texts.buttons.go_on, f"{PREFIX}page", f"{entry.id}|1", "primary")
        return (go_on, *found)
    if to_confirm(work, actor, entry) is not None:
        return (Button(texts.rules_button, f"{PREFIX}rules", value, "primary"), *found)
    return found


def to_confirm(work: Work, actor: AccountActor, entry: AccountEntry) -> Runner | None:
    """This very runner, where they have rules to confirm still."""
    left = unconfirmed(work, entry) if entry.stage in (_S.LIVE, _S.REVIEW_DUE) else ()
    return next((one for one in left if is_one_of(work.context, actor, (one,))), None)


def rule(work: Work, entry: AccountEntry, runner: Runner) -> Message:
    """The next of the rules that this runner is to confirm."""
    world, texts = work.context.world, work.context.world.accounts
    number, count = runner.confirmed + 1, len(texts.rules)
    title = texts.rules_title.fill(name=entry.name, number=number, count=count)
    shown = quotes(texts.rules[runner.confirmed], world)
    pressed = Button(texts.buttons.confirm, f"{PREFIX}confirm", f"{entry.id}|{number}", "primary")
    blocks = (Heading(title), Paragraph(texts.rules_intro), *quotes((texts.rules_lead,), world), *shown)
    return Message((*blocks, Buttons((pressed,))), summary=title, replaces=SLOT, ephemeral=True)


# What nobody waits for: such an act makes an account nobody's task.
_RARE: tuple[AccountAct, ...] = ("close", "transfer", "withdraw", "decline")


def offered(
    work: Work, actor: AccountActor, entry: AccountEntry, *, tasks: bool = False
) -> tuple[AccountAct, ...]:
    """What they can do with it now. `tasks`: only what it waits for."""
    acts: list[AccountAct] = [act for act in work.context.world.accounts.acts if can(work, actor, entry, act)]
    if not tasks:
        return tuple(acts)
    if entry.stage is _S.LEAD_LEFT:
        return tuple(acts)
    waits = tuple(act for act in acts if act not in _RARE)
    if entry.stage is _S.DRAFT and has_applied(work.context, actor, entry):
        return ("withdraw",)
    return waits or (("attest",) if to_confirm(work, actor, entry) else ())


def can(work: Work, actor: AccountActor, entry: AccountEntry, act: AccountAct) -> bool:
    """Whether the act fits the stage, they may do it, and there is anything to do."""
    record = ACTS[act]
    if entry.stage not in record.at or not may(work.context, actor, record.duty, entry):
        return False
    mine = [one for one in entry.asked if is_one_of(work.context, actor, (one,))]
    match act:
        case "attest":
            return any(not one.attested for one in mine)
        case "paper":
            return any(one.on_paper and not one.attested for one in entry.asked)
        case "tick":
            return any(one.attested for one in entry.asked)
        case "approve" | "hand_over":
            return all(one.satisfied for one in entry.asked)
        case "decline" if entry.stage is _S.TRANSFERRING:
            return any(not one.attested for one in mine)
    return True


def register_lines(work: Work) -> Iterable[str]:
    """The register for the command line: each account with its school, its stage and who runs it."""
    found = all_accounts(work.tx, work.context.vault, REGISTERED)
    texts = work.context.world.accounts
    for entry in found:
        line = texts.list.line.fill(
            name=entry.name, school=school_name(work, entry), stage=texts.stages[entry.stage]
        )
        runners = ", ".join(one.name for one in entry.details.runners) or texts.labels.nobody
        mark = f" · {texts.labels.under_two}" if under_two(work, entry) else ""
        yield f"{line} · {runners}{mark}"
    if not found:
        yield texts.list.none
