"""References and receipt codes: one rule for what they are made of and for what people make of them."""

from __future__ import annotations

import re
import unicodedata

# Crockford's alphabet: nothing that is mistaken for something else when it is read out on the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The letters that it lacks are read as the digits that they are taken for.
_TAKEN_FOR = str.maketrans("OIL", "011")
_GROUP, _CODE = 4, 12
# Of a report, of one that is an exercise, and of a question that the policy leaves open.
_PREFIXES = {"FED": "FED", "DR111": "DRILL", "QST": "QST"}
_TYPED = r"(?<![^\W_])(fed|qst|dr[il1]{3})([\W_]{0,3})([a-z0-9]{3,12})(?![^\W_])"
_MENTIONED = re.compile(_TYPED, re.IGNORECASE)
_ALONE = re.compile(rf"[\W_]*{_TYPED}[\W_]*", re.IGNORECASE)


def receipt_code(text: str) -> str:
    """A receipt code in the form in which it is issued ("JT8A-XPDQ-3HWP"), however it was written.

    What stands before it is left away: people copy the line that it stood on.
    """
    signs = _signs(text)[-_CODE:]
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def is_code(text: str) -> bool:
    """Whether a text could be a receipt code, and nothing else."""
    return len(_signs(text)) == _CODE and any(map(str.isdigit, text))


def read_reference(text: str) -> str:
    """The reference typed where one is asked for, as "FED-7K3Q"; alone it may lack its FED. Else the text."""
    found = re.fullmatch(r"(?:(FED|QST|DR111)([0-9A-Z]{3,12})|([0-9A-Z]{4}))", _signs(text))
    if found is None:
        return mentioned(text)[0] or text.strip().upper()
    return f"{_PREFIXES[found[1] or 'FED']}-{found[2] or found[3]}"


def alone(text: str) -> str:
    """The reference that a text is, with its FED, and nothing else beside it; or ""."""
    found = _ALONE.fullmatch(unicodedata.normalize("NFKC", text))
    return _read(found) if found and (_is_plain(found) or len(found[3]) == _GROUP) else ""


def mentioned(text: str) -> tuple[str, int, int]:
    """The first reference within a text, and from where to where it stands; "" where there is none."""
    found = next(filter(_is_plain, _MENTIONED.finditer(text)), None)
    return (_read(found), *found.span()) if found else ("", 0, 0)


def _is_plain(found: re.Match[str]) -> bool:
    # After a space, or nothing, letters are a word ("fed that", "federation"): a digit makes a reference.
    joined = bool(found[2]) and not re.search(r"\s", found[2])
    return joined or any(map(str.isdigit, found[3]))


def _read(found: re.Match[str]) -> str:
    return f"{_PREFIXES[_signs(found[1])]}-{_signs(found[3])}"


def _signs(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum()).translate(_TAKEN_FOR)
