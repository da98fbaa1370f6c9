"""Real processes, really killed, in front of a Slack that fails: `python -m tests.torture --kills 1000`."""
