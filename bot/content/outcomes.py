"""How a case can be closed and whom it can be referred to (policy_kb/outcomes.yml), checked at start."""

from __future__ import annotations

from pydantic import Field, field_validator

from bot.content.documents import Record


class Outcome(Record):
    """How a case can be closed: its code, what the FLT picks, and what the reporter sees."""

    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = Field(min_length=1)
    reporter: str = Field(min_length=1)
    offered: bool = True


class Agency(Record):
    """A body outside the Federation that a case can be referred to."""

    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = Field(min_length=1)
    # Its advice, recorded with a referral, is what an investigation waits for.
    advises: bool = False


class Outcomes(Record):
    """The outcomes and the outside bodies, each in the order in which they are offered."""

    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    agencies: tuple[Agency, ...] = Field(min_length=1)

    @field_validator("outcomes", "agencies")
    @classmethod
    def _once_each(cls, value: tuple[Outcome | Agency, ...]) -> tuple[Outcome | Agency, ...]:
        codes = [item.code for item in value]
        if len(set(codes)) != len(codes):
            raise ValueError("each code may stand only once")
        return value

    def find(self, code: str) -> Outcome | None:
        """The outcome of a code, or None."""
        return next((item for item in self.outcomes if item.code == code), None)

    def agency(self, code: str) -> str:
        """What the body of a code is called; the code itself where there is none."""
        return next((item.label for item in self.agencies if item.code == code), code)
