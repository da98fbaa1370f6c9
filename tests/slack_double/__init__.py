"""A small Slack for tests: see README.md."""

from tests.slack_double.acts import Act, Answer
from tests.slack_double.double import SlackDouble
from tests.slack_double.hands import ClientRefusesError
from tests.slack_double.limits import faults_of_message, faults_of_view
from tests.slack_double.model import Channel, Message, View
from tests.slack_double.person import Person

__all__ = [
    "Act",
    "Answer",
    "Channel",
    "ClientRefusesError",
    "Message",
    "Person",
    "SlackDouble",
    "View",
    "faults_of_message",
    "faults_of_view",
]
