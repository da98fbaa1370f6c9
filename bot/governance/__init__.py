"""The governors' report: figures of a whole term, of which none can be worked out that is small."""
