"""Fields that are misspelt: mypy must refuse each line that says so, and no other (test_misspelt.py)."""

from datetime import datetime

from bot.domain.cases import CaseState
from bot.domain.notices import FLT_CHANNEL
from bot.domain.presses import CasePart, Rating, Share, StepChoice, Strike
from bot.domain.routing import Route, Told, Visibility
from bot.storage.approvals import Approval
from bot.storage.outbox import Claimed, Notice, Posted
from bot.storage.reports import Entry, NewReport, Report, Reporter, SealedRoute
from bot.storage.rerouting import Rerouted


def of_a_report(report: Report, new: NewReport, to: Rerouted) -> None:
    report.row.visibility
    report.row.visiblity  # refused
    report.row.restrictd  # refused
    report.row.restricted  # refused
    report.row.channel  # refused
    report.row.urgent
    report.row.urgnt  # refused
    report.row.recieved_at  # refused
    report.row.legal_hold
    report.row.legalhold  # refused
    report.row.due_at
    report.row.dueat  # refused
    report.row.visibility.restrictd  # refused
    report.state.acknowledged_by
    report.state.acknowleged_by  # refused
    report.refrence  # refused
    report.route.excluded_pepole  # refused
    new.visability  # refused
    to.due_on  # refused


def of_its_types(report: Report) -> None:
    version: int = report.row.version
    wrong: str = report.row.version  # refused
    due: datetime | None = report.row.due_at
    certain: datetime = report.row.due_at  # refused
    report.row.urgent = True  # refused


def of_its_people(
    entry: Entry, told: Told, reporter: Reporter, state: CaseState, sealed: SealedRoute
) -> None:
    entry.stage_after
    entry.stage_afer  # refused
    told.person
    told.persn  # refused
    reporter.plattform  # refused
    state.holdr  # refused
    sealed.claused  # refused


def of_what_is_owed(claimed: Claimed, notice: Notice, posted: Posted, approval: Approval) -> None:
    claimed.notice.recipient
    claimed.notice.recipiant  # refused
    notice.recipient.person
    notice.recipient.persn  # refused
    notice.recipient.removeprefix("person:")  # refused
    notice.recipient == "flt_channel"  # refused
    notice.key.number
    notice.key.numbr  # refused
    notice.key.split(":")  # refused
    Notice("card:1", "", "card", FLT_CHANNEL)  # refused
    claimed.atempts  # refused
    notice.kynd  # refused
    posted.mesage_id  # refused
    approval.proposed_by
    approval.propsed_by  # refused
    approval.kind == "rooster"  # refused
    approval.state == "aproved"  # refused


def of_a_press(text: str) -> None:
    CasePart.parse(text).reference
    CasePart.parse(text).refrence  # refused
    StepChoice.parse(text).option
    StepChoice.parse(text).opton  # refused
    StepChoice.parse(text) == text  # refused
    Rating.parse(text).helpt  # refused
    Share.parse(text).plaice  # refused
    Strike.parse(text).wey  # refused


def of_a_route(route: Route) -> None:
    Route(visibility=Visibility.PEOPLE)
    Route(visibilty=Visibility.PEOPLE)  # refused
    Route(channel=True)  # refused
    Visibility.CHANEL  # refused
    route.ladder
    route.lader  # refused
