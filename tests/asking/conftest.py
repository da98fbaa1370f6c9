from tests.conversation.conftest import world

__all__ = ["world"]
