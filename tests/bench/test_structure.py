import sys
from pathlib import Path

from bench.structure import Entered, circles_in, shape_of
from bot.domain.times import no_bank_holidays
from bot.settings import HOME


def test_each_circle_is_told_once() -> None:
    """Modules that reach one another are one circle; one that only reaches it is in none."""
    edges = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"e"}}
    assert list(circles_in(edges)) == [("b", "c"), ("e",)]


def test_a_tree_is_counted_as_it_stands(tmp_path: Path) -> None:
    """Modules, importers, folders and lines are those of the tree that is named, not of the product here."""
    room = tmp_path / "bot" / "room"
    (room / "migrations").mkdir(parents=True)
    for folder in (tmp_path / "bot", room, room / "migrations"):
        (folder / "__init__.py").write_text("")
    (room / "migrations" / "one.py").write_text("A = 1\n")
    (room / "first.py").write_text("from bot.room import second\n\nB = second.C\n")
    (room / "second.py").write_text("C = 1\n")
    shape = shape_of(tmp_path)
    assert sorted(shape.lines) == [1, 3]
    assert shape.folders["bot/room"] == 3
    assert (shape.single, shape.circles) == (("bot.room.second",), ())
    assert shape_of(HOME).folders["bot"] > 1


def test_no_modules_of_the_product_import_one_another_in_a_circle() -> None:
    """What a module needs can be read without it: no module reaches itself."""
    assert shape_of(HOME).circles == ()


def test_a_file_counts_while_it_listens() -> None:
    """A file counts once a function of it is called while the watch listens, and not before."""
    watch = Entered()
    for listens, files in ((False, set[str]()), (True, {"domain/times.py"})):
        watch.listens = listens
        sys.setprofile(watch)
        try:
            no_bank_holidays(2026)
        finally:
            sys.setprofile(None)
        assert watch.files == files
