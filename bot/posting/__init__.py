"""Before something is posted: a picture is asked about, a draft is read. Nothing of either is kept."""
