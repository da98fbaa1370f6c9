"""Made-up school policies for the growth benchmark: not rules of anybody, only text of the right kind.

Every policy has a subject and, beyond the first forty, a group that it is for. A clause joins who, how
binding, what is done, to what, and when; its example question and its test question say it in other words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CLAUSES_EACH = 100
_SUBJECTS = """
annual leave: holiday request, leave form, carried-over days, term-time absence, unpaid leave
school uniform: blazer, tie, trainers, PE kit, jewellery, hair dye, second-hand uniform
educational visits: risk assessment, coach booking, consent form, packed lunch, museum visit, residential trip
first aid: plaster, first aid kit, accident book, head injury, defibrillator, ice pack
fire safety: fire door, evacuation drill, assembly point, extinguisher, alarm test, exit route
expenses: mileage claim, receipt, hotel bill, train ticket, purchase card, petty cash
homework: reading log, homework diary, late homework, project work, spelling list, holiday task
marking: exercise book, test paper, written comment, peer mark, mark scheme, report grade
exams: exam hall, access arrangements, coursework, invigilator, resit, script
attendance: register, late mark, absence letter, holiday fine, attendance target, medical appointment
admissions: waiting list, appeal, catchment area, sibling place, application, open evening
medicines: inhaler, antibiotics, medicine cabinet, adrenaline pen, dosage record, travel sickness tablet
catering: school dinner, nut allergy, free meal, lunchbox, vending machine, birthday cake
site security: gate code, visitor badge, door key, CCTV recording, alarm code, delivery van
data protection: pupil file, paper record, memory stick, access request, data breach, shredding bin
email: group email, attachment, out-of-office reply, mailing list, signature, spam message
laptops: loan laptop, charger, cracked screen, software licence, home use, repair ticket
lone working: late shift, panic button, empty building, home visit, weekend opening, sign-out sheet
recruitment: job advert, interview panel, reference, shortlist, contract, criminal records check
sickness absence: sick note, return-to-work meeting, phased return, sick pay, absence line, fit note
family leave: maternity leave, paternity leave, adoption leave, keeping-in-touch day, antenatal appointment
appraisal: lesson observation, appraisal target, pay point, review meeting, development plan
grievance: formal complaint at work, mediation, grievance hearing, witness statement, appeal letter, companion
capability: support plan, warning letter, improvement target, review period, capability meeting, note taker
volunteers: parent helper, induction, volunteer agreement, reading helper, supervision, travel costs
governors: board meeting, minutes, register of interests, link visit, vote, clerk
gifts: end-of-term present, hospitality, supplier lunch, raffle prize, gift register, voucher
parking: staff car park, disabled bay, drop-off zone, bicycle rack, parking permit, electric charger
lettings: hall hire, sports pitch, deposit, hire agreement, caretaker fee, party booking
library: overdue book, reading corner, library card, donated book, study desk, lost book
minibus: seat belt, driver test, breakdown, fuel card, passenger list, vehicle check
behaviour: detention, reward point, exclusion, report card, confiscated item, behaviour log
special needs: support assistant, education plan, sensory room, annual review, specialist report
finance: invoice, purchase order, budget code, quotation, supplier, bank transfer
health and safety: ladder, wet floor, broken chair, cleaning chemical, risk register, display screen
charging: music lesson fee, trip payment, instalment, refund, voluntary contribution, remission
printing: colour copies, photocopier code, laminator, poster, print credit, confidential printout
dress code: lanyard, jeans, tattoos, smart shoes, sports clothing, head covering
animals: guide dog, class hamster, therapy dog, pond dipping, allergy notice, vet bill
environment: recycling bin, heating timer, compost, light switch, food waste, water bottle
"""
_GROUPS = """
nursery staff|the sixth form|kitchen staff|cleaning staff|supply teachers|trainee teachers|music teachers|
technicians|the sports centre|the after-school club|breakfast club|the language unit|boarding staff|
site staff|office staff|midday supervisors|the art department|the science department|the farm|the theatre|
the swimming pool|exchange students|agency workers|the hearing support base
"""
_WHO = ["Staff", "Every member of staff", "Line managers", "Employees", "Colleagues", "Anyone on site"]
_MODAL = ["must", "should", "may", "must not", "are expected to", "should not"]
# In the clause, in the example question, in the test question.
_ACTS = """
obtain approval for|get permission for|have sign-off on
keep a record of|write down|log
report a problem with|say that something is wrong with|flag an issue about
share responsibility for|split the job of looking after|jointly look after
arrange a replacement for|sort out another|swap out
inspect|check over|look over
pay for|cover the cost of|fund
store securely|lock away|put somewhere safe
discard|throw away|bin
hand over to a colleague|pass to somebody else|give another teacher
photograph|take a picture of|snap
provide advance notice of|warn people about|tell others beforehand about
cancel|call off|scrap
lend|let somebody borrow|loan out
label|put a name on|tag
delay|put off|postpone
complain about|raise a concern about|object to
explain to parents|tell families about|let mums and dads know about
count|make a tally of|work out the number of
ask for feedback on|find out what people think of|get opinions about
"""
_WHEN = [
    "before the end of the half term",
    "on the same working day",
    "unless the head teacher has agreed otherwise",
    "during lesson time",
    "with the agreement of their line manager",
    "within five working days",
]
_EXAMPLE = [
    "Do I have to {act} the {thing}?",
    "Am I allowed to {act} a {thing}",
    "when do we {act} the {thing}",
]
_TEST = [
    "is it ok if I {act} the {thing}",
    "what's the rule if I want to {act} a {thing}?",
    "{act} the {thing} - yes or no",
]


@dataclass(frozen=True)
class MadeClause:
    """A clause, an example question to learn from, and a question to be tested with."""

    clause: str
    example: str
    question: str


@dataclass(frozen=True)
class MadePolicy:
    """A policy of `CLAUSES_EACH` clauses."""

    title: str
    clauses: tuple[MadeClause, ...]


def policies(count: int) -> Iterator[MadePolicy]:
    """The first `count` policies, the same on every call; there are a thousand."""
    subjects = [line.split(": ") for line in _SUBJECTS.strip().splitlines()]
    groups = ["", *(name.strip() for name in _GROUPS.replace("\n", "").split("|"))]
    for place in range(count):
        subject, things = subjects[place % len(subjects)]
        yield _policy(place, subject, things.split(", "), groups[place // len(subjects)])


def _policy(seed: int, subject: str, things: list[str], group: str) -> MadePolicy:
    random = np.random.default_rng(seed)
    acts = [line.split("|") for line in _ACTS.strip().splitlines()]
    pairs = [(act, thing) for act in acts for thing in things]
    chosen: list[int] = random.permutation(len(pairs))[:CLAUSES_EACH].tolist()
    title = f"{subject} policy" + (f" for {group}" if group else "")
    return MadePolicy(title, tuple(_clause(random, *pairs[place], subject, group) for place in chosen))


def _clause(random: np.random.Generator, act: list[str], thing: str, subject: str, group: str) -> MadeClause:
    ending = f" ({group})" if group else ""
    # Half of the questions name their subject; all name the group, which alone tells twins apart.
    about = f" ({subject})" if random.random() < 0.5 else ""
    return MadeClause(
        f"{random.choice(_WHO)} {random.choice(_MODAL)} {act[0]} the {thing} {random.choice(_WHEN)}.",
        str(random.choice(_EXAMPLE)).format(act=act[1], thing=thing) + ending,
        str(random.choice(_TEST)).format(act=act[2], thing=thing) + about + ending,
    )
