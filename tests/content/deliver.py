"""Stamp the answers that Signpost comes with, after a change to one: `python -m tests.content.deliver`.

For those who develop Signpost. A Federation's own changes are signed by two people instead (`policy sign`).
"""

from __future__ import annotations

from pathlib import Path

from bot.authoring.signing import write
from bot.content.policy_load import load_policy
from bot.content.signatures import SignatureFile, stamp

FOLDER = Path(__file__).parents[2] / "policy_kb" / "social-media"

if __name__ == "__main__":
    policy = load_policy(FOLDER)
    stamps = {
        name: stamp(topic, policy.clauses, policy.contradictions) for name, topic in policy.topics.items()
    }
    write(FOLDER, SignatureFile(delivered=stamps))
