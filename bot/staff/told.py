"""What came of joining a platform's members to the list of staff, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.directory import Directory, Finding, Joined

_DONE: Mapping[Finding, str] = {
    Finding.ON_ROSTER: "on the roster, which is not changed",
    Finding.KNOWN: "on the list with this account already",
    Finding.JOINED: "on the list by their e-mail address: the account is theirs now",
    Finding.MOVED: "on the list with an account that is closed: the new one is theirs now",
    Finding.ADDED: "added: on neither roster nor list, no school known",
    Finding.RETURNED: "back: {platform} alone tells of them",
    Finding.LEFT: "left: {platform} alone told of them, and their account is closed or a guest's",
    Finding.NOT_LISTED: "on neither roster nor list: not added",
}
_TO_DO: Mapping[Finding, str] = {
    Finding.OTHER_ACCOUNT: (
        "on the roster by their e-mail address, with an account that the roster does not have: give it there"
    ),
    Finding.UNCLEAR: (
        "not joined: two entries, or two accounts, claim one another; let the list name the account at one"
    ),
    Finding.CLOSED: (
        "on the list, with an account that is closed, a guest's, or gone: if they left, let the list say so"
    ),
    Finding.STILL_ACTIVE: (
        "left by the list, with an active account: close it in {platform}, or take them into the list again"
    ),
}
_NO_ADDRESS = (
    "{platform} tells Signpost no e-mail addresses, so people were known by their accounts alone. For more,"
    " add the bot token scope users:read.email and reinstall the app to the workspace (docs/slack.md)."
)


def told(directory: Directory, joined: Joined, *, who: bool) -> Iterator[str]:
    """A line for each finding; with `who` the names of those for whom something is to be done."""
    platform = directory.platform.title()
    colleagues = sum(account.is_colleague for account in directory.accounts)
    changed = len(joined.changed)
    yield f"{platform} lists {_people(colleagues)} of ours; {_people(changed)} changed on the list of staff."
    for finding, text in (*_DONE.items(), *_TO_DO.items()):
        if number := joined.count(finding):
            yield f"{number} {text.format(platform=platform)}."
            if who and finding in _TO_DO:
                yield from (f"  - {name}" for name in joined.found[finding])
    if not who and any(joined.count(finding) for finding in _TO_DO):
        yield "--who names those for whom something is to be done."
    if not directory.tells_addresses:
        yield _NO_ADDRESS.format(platform=platform)


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"
