"""Training, and who has read and understood a version of the policy: asked, reminded, confirmed."""
