from bot.asking.render import show_passage
from bot.content.world import World
from bot.domain.messages import Quote


def test_every_clause_can_be_read_where_it_stands(world: World) -> None:
    """Each clause comes first, verbatim, among neighbours of its own section in the order of the policy."""
    for clause in world.policy.clauses.values():
        shown = show_passage(clause.id, world.policy, world.rules.texts)
        assert shown is not None
        first, *others = [block for block in shown.blocks if isinstance(block, Quote)]
        assert first == Quote(clause.id, clause.section, clause.lines, clause.quote)
        assert {other.section for other in others} <= {clause.section}
        assert [other.lines for other in others] == sorted(other.lines for other in others)
        assert first not in others


def test_an_unknown_clause_is_not_shown(world: World) -> None:
    """A clause that is no longer there is nothing that could be made up."""
    assert show_passage("sm-999", world.policy, world.rules.texts) is None
