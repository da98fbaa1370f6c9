"""What Signpost holds of one person as an applicant for accounts, and as who runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.casework.context import Context, Work
from bot.content.account_texts import AccountField
from bot.domain.accounts import PERSON, USER, AccountStage, identity
from bot.domain.messages import Block, Facts, Heading
from bot.records.subjects import Subject
from bot.storage.accounts import AccountEntry, all_accounts

# What the applicant has written; who else is to run it are other people.
_WRITTEN: tuple[AccountField, ...] = ("name", "aim", "promotion", "email")


def applications_of(work: Work, subject: Subject, redact: Callable[[str], str]) -> list[dict[str, Any]]:
    """Each application that is theirs, and each account that they run or are to run, by name.

    `redact` takes other people out of a text. Nothing of anybody else's part is in it.
    """
    roster = work.context.world.federation.roster
    own = {f"{USER}{one.platform}:{one.user}" for one in subject.accounts}
    own |= {f"{PERSON}{subject.person.id}"} if subject.person else set()
    found = []
    for entry in all_accounts(work.tx, work.context.vault):
        applied = identity(roster, entry.details.applicant) in own
        people = (*entry.details.runners, *entry.details.incoming)
        runs = [one for one in people if identity(roster, one.who) in own]
        # One that was never sent is its writer's alone, as an unfinished report is.
        sent = entry.stage is not AccountStage.DRAFT or entry.details.sent or bool(entry.details.why)
        if (applied or runs) and sent:
            found.append(
                {
                    "account": redact(entry.name),
                    "stage": work.context.world.accounts.stages[entry.stage],
                    "since": entry.since.isoformat(timespec="seconds"),
                    "applied": applied,
                    "answers": _answers(work, entry, redact) if applied else [],
                    "reason": redact(entry.details.why) if applied else "",
                    "attested": [redact(one.attested) for one in runs if one.attested],
                    "rules_confirmed": [one.confirmed for one in runs],
                }
            )
    return found


def _answers(work: Work, entry: AccountEntry, redact: Callable[[str], str]) -> list[dict[str, str]]:
    fields = work.context.world.accounts.fields
    given = ((fields[name], entry.details.answer(name)) for name in _WRITTEN)
    return [{"question": question, "answer": redact(answer)} for question, answer in given if answer]


def application_blocks(context: Context, item: dict[str, Any], since: str) -> tuple[Block, ...]:
    """One of them on paper. `since` is when it came to its stage, as it is to be read."""
    labels, texts = context.world.accounts.labels, context.world.paper.subject
    facts = [(labels.state, item["stage"]), (labels.since, since)]
    facts += [(line["question"], line["answer"]) for line in item["answers"]]
    facts += [(labels.why, item["reason"])] if item["reason"] else []
    facts += [(texts.attested, what) for what in item["attested"]]
    count = len(context.world.accounts.rules)
    facts += [
        (texts.confirmed, labels.confirmed.fill(number=number, count=count))
        for number in item["rules_confirmed"]
    ]
    return (
        Heading(f"{item['account']} · {texts.applied if item['applied'] else texts.runs}"),
        Facts(tuple(facts)),
    )
