"""The forms of the list: asking, taking back, answering, signing, declining; and what a filled one says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from bot.casework.context import Work
from bot.content.gap_texts import GapField, GapForm
from bot.domain.gaps import LONGEST_ANSWER, LONGEST_QUESTION, GapAnswer
from bot.domain.messages import Block, Callout, Field, Form, Heading, Message, Option, Paragraph
from bot.gaps.redaction import redacted
from bot.reporting.inputs import clean_text
from bot.storage.gaps import Gap

PREFIX = "gap."
ASK, WITHDRAW = f"{PREFIX}ask", f"{PREFIX}withdraw"
ANSWER_FIELDS: tuple[GapField, ...] = (
    "wording",
    "text",
    "ruling",
    "basis",
    "clause",
    "examples",
    "review",
)
_LEAST_WORDS = 3
_LONGEST_CODE = 60
_MOST_EXAMPLES = 12

Values = Mapping[str, str]


def ask_form(work: Work, token: str, values: Values, errors: Values | None = None) -> Message:
    """With whose name it is asked, and the question as it would be read by others."""
    texts = work.context.world.gaps
    fields = (
        Field("mode", texts.fields["mode"], "choice", options=_options(texts.modes.items())),
        Field("question", texts.fields["question"], "long_text", max_length=LONGEST_QUESTION),
    )
    above: tuple[Block, ...] = (Paragraph(texts.ask_intro), Paragraph(texts.ask_not_this, muted=True))
    if errors and errors.get("question") == texts.errors.redacted:
        above = (Callout("warning", texts.titles["taken_out"], texts.errors.redacted), *above)
    above = (*above, Paragraph(texts.ask_anonymous, muted=True))
    return _form(work, "ask", token, (fields, texts.buttons.send), above, values, errors)


def withdraw_form(work: Work, reference: str, errors: Values | None = None, *, own: bool) -> Message:
    """Asks for the code of a question that was asked without a name, and whether it is to go."""
    texts = work.context.world.gaps
    code = Field("code", texts.fields["code"], "text", max_length=_LONGEST_CODE)
    above = (Paragraph(f"{texts.labels.reference}: {reference}"),)
    fields = () if own else (code,)
    return _form(work, "withdraw", reference, (fields, texts.buttons.withdraw), above, {}, errors)


def answer_form(
    work: Work,
    gap: Gap,
    value: str,
    above: tuple[Block, ...],
    values: Values | None = None,
    errors: Values | None = None,
) -> Message:
    """The Federation's answer to a question, as it was written last. `value` names both."""
    texts = work.context.world.gaps
    fields = (
        Field(
            "wording", texts.fields["wording"], "text", hint=texts.hints.wording, max_length=LONGEST_QUESTION
        ),
        Field("text", texts.fields["text"], "long_text", hint=texts.hints.text, max_length=LONGEST_ANSWER),
        Field("ruling", texts.fields["ruling"], "choice", options=_options(texts.rulings.items())),
        Field("basis", texts.fields["basis"], "choice", options=_options(texts.basis.items())),
        Field(
            "clause", texts.fields["clause"], "text", required=False, hint=texts.hints.clause, max_length=40
        ),
        Field("examples", texts.fields["examples"], "long_text", required=False, hint=texts.hints.examples),
        Field("review", texts.fields["review"], "choice", options=_options(texts.reviews.items())),
    )
    filled = values if values is not None else _written(gap)
    return _form(work, "answer", value, (fields, texts.buttons.save), above, filled, errors)


def decline_form(work: Work, gap: Gap, errors: Values | None = None) -> Message:
    """Asks why a question is not answered."""
    texts = work.context.world.gaps
    why = Field("why", texts.fields["why"], "choice", options=_options(texts.declined.items()))
    return _form(
        work, "decline", gap.id, ((why,), texts.buttons.decline), (Paragraph(gap.question),), {}, errors
    )


def sign_form(work: Work, value: str, above: tuple[Block, ...]) -> Message:
    """What is to be signed, and the one button that does it."""
    return _form(work, "sign", value, ((), work.context.world.gaps.buttons.sign_now), above, {}, None)


def _form(
    work: Work,
    name: GapForm,
    value: str,
    asked: tuple[tuple[Field, ...], str],
    above: tuple[Block, ...],
    values: Values,
    errors: Values | None,
) -> Message:
    wrong, (fields, submit) = errors or {}, asked
    shown = tuple(
        replace(
            item, value=(values[item.name],) if values.get(item.name) else (), error=wrong.get(item.name, "")
        )
        for item in fields
    )
    title, action = work.context.world.gaps.titles[name], f"{PREFIX}{name}"
    form = Form(action, value, shown, submit, title)
    return Message((Heading(title), *above, form), summary=title, replaces="gap", ephemeral=True)


def _options(labels: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in labels)


def _written(gap: Gap) -> Values:
    given = gap.answer
    if given is None:
        return {"wording": gap.question}
    return {
        "wording": given.question,
        "text": given.text,
        "ruling": given.ruling,
        "basis": "clause" if given.clause else "silent",
        "clause": given.clause,
        "examples": "\n".join(given.examples),
    }


def typed_in(names: Iterable[GapField], sent: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What was sent in these fields, trimmed."""
    return {name: clean_text("".join(sent.get(name, ())[:1])) for name in names}


def question_error(work: Work, text: str) -> str:
    """What is wrong with a question beside what is taken out of it; "" where nothing is."""
    errors = work.context.world.gaps.errors
    if not text:
        return errors.required
    if len(text) > LONGEST_QUESTION:
        return errors.long.fill(most=LONGEST_QUESTION)
    return "" if sum(any(map(str.isalpha, word)) for word in text.split()) >= _LEAST_WORDS else errors.short


def read_answer(
    work: Work, sent: Mapping[str, tuple[str, ...]], author: str
) -> tuple[GapAnswer | None, Values, dict[str, str]]:
    """The answer that a form without errors gives, what was typed, and what is wrong with each field."""
    texts = work.context.world.gaps
    values = typed_in(ANSWER_FIELDS, sent)
    # Every wording is matched against questions, so it must not name anybody either.
    examples = tuple(
        filter(None, (redacted(line, work.context.world) for line in values["examples"].split("\n")))
    )
    ruling = next((one for one in texts.rulings if one == values["ruling"]), None)
    found = {
        "wording": question_error(work, values["wording"]),
        "text": _text_error(work, values["text"]),
        "ruling": "" if ruling else texts.errors.choice,
        "basis": "" if values["basis"] in texts.basis else texts.errors.choice,
        "clause": _clause_error(work, values["basis"], values["clause"]),
        "review": "" if values["review"] in texts.reviews else texts.errors.choice,
    }
    errors = {name: error for name, error in found.items() if error}
    if errors or ruling is None:
        return None, values, errors
    given = GapAnswer(
        question=redacted(values["wording"], work.context.world),
        text=values["text"],
        ruling=ruling,
        clause=values["clause"].casefold(),
        review=_months_later(
            work.context.world.federation.working_time.day_of(work.now), int(values["review"])
        ),
        author=author,
        examples=examples[:_MOST_EXAMPLES],
    )
    return given, values, {}


def _text_error(work: Work, text: str) -> str:
    errors = work.context.world.gaps.errors
    if not text:
        return errors.required
    return errors.long.fill(most=LONGEST_ANSWER) if len(text) > LONGEST_ANSWER else ""


def _clause_error(work: Work, basis: str, clause: str) -> str:
    errors = work.context.world.gaps.errors
    if basis == "silent":
        return errors.no_clause if clause else ""
    return "" if clause.casefold() in work.context.world.policy.clauses else errors.clause


def _months_later(today: date, months: int) -> date:
    year, month = divmod(today.month - 1 + months, 12)
    # The 28th exists in every month: a review date need not be finer.
    return date(today.year + year, month + 1, min(today.day, 28))
