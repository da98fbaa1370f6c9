"""Signpost: answers from the policy with the exact clause, and reports that are never lost."""

import os

# One question is too little work to share. BLAS would start a thread for each core that waits by spinning:
# a question took twice the CPU time, and on one core under load acknowledgements came after 3 s instead of
# 0.1 s (docs/load.md). It must be set before numpy is loaded; a value from outside wins.
os.environ.setdefault("OMP_NUM_THREADS", "1")  # noqa: TID251
