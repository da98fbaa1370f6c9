"""How long what is stored is kept (policy_kb/retention.yml), checked at start."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator

from bot.content.documents import Record
from bot.domain.retention import CASE_CLASSES, CaseClass, Periods


class Period(Record):
    """Days from the closing, and why so many. Empty keeps them; left out it could be a slip of the pen."""

    days: int | None = Field(ge=1)
    why: str = Field(min_length=1)


class Retention(Record):
    """The whole file. Every class must stand in it."""

    cases: dict[CaseClass, Period]

    @field_validator("cases")
    @classmethod
    def _whole(cls, value: dict[CaseClass, Period]) -> dict[CaseClass, Period]:
        if missing := [name for name in CASE_CLASSES if name not in value]:
            raise ValueError(f"the classes {', '.join(missing)} are missing")
        return value

    @property
    def periods(self) -> Periods:
        """The period of each class."""
        days = {name: self.cases[name].days for name in CASE_CLASSES}
        return {name: None if count is None else timedelta(days=count) for name, count in days.items()}
