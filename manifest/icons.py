"""The icons of the Teams app: 192 x 192 in colour, 32 x 32 in white outline. `python manifest/icons.py`.

The shapes are those of bot/channels/playground/static/logo.svg, in its 40 x 40 units.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
Colour = tuple[int, int, int, int]
Shape = tuple[tuple[float, float], ...]
POST: Shape = ((18, 5), (22, 5), (22, 36), (18, 36))
LEFT: Shape = ((4.5, 8), (27, 8), (33, 13), (27, 18), (4.5, 18))
RIGHT: Shape = ((35.5, 21), (15, 21), (9, 25.5), (15, 30), (35.5, 30))
GROUND, WHITE = (237, 243, 243, 255), (255, 255, 255, 255)
FILLED = ((POST, (123, 138, 144, 255)), (LEFT, (15, 92, 102, 255)), (RIGHT, (224, 165, 38, 255)))
CLEAR: Colour = (255, 255, 255, 0)
_SAMPLES = 4
_LINE = 1.5


def main() -> None:
    """Write both icons."""
    (HERE / "color.png").write_bytes(png(192, lambda x, y: _colour(x * 52 - 6, y * 52 - 6)))
    (HERE / "outline.png").write_bytes(png(32, lambda x, y: _outline(x * 40, y * 40)))


def _colour(x: float, y: float) -> Colour:
    found: Colour = GROUND
    for shape, colour in FILLED:
        found = colour if _inside(shape, x, y) else found
    return found


def _outline(x: float, y: float) -> Colour:
    """The edge of the boards, and the post where no board is."""
    boards = [shape for shape in (LEFT, RIGHT) if _inside(shape, x, y)]
    if boards:
        steps = [(dx, dy) for dx in (-_LINE, 0, _LINE) for dy in (-_LINE, 0, _LINE)]
        edge = any(not _inside(shape, x + dx, y + dy) for shape in boards for dx, dy in steps)
        return WHITE if edge else CLEAR
    return WHITE if _inside(POST, x, y) else CLEAR


def _inside(shape: Shape, x: float, y: float) -> bool:
    found = False
    for (x1, y1), (x2, y2) in zip(shape, (*shape[1:], shape[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found


def png(size: int, colour: Callable[[float, float], Colour]) -> bytes:
    """A square picture; `colour` gives each point's colour, by its place from 0 to 1."""
    rows = b"".join(b"\0" + b"".join(_pixel(size, x, y, colour) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixel(size: int, x: int, y: int, colour: Callable[[float, float], Colour]) -> bytes:
    """The mean over the pixel: soft edges."""
    places = [(step + 0.5) / _SAMPLES for step in range(_SAMPLES)]
    seen = [colour((x + dx) / size, (y + dy) / size) for dx in places for dy in places]
    return bytes(round(sum(one[channel] for one in seen) / len(seen)) for channel in range(4))


if __name__ == "__main__":
    main()
