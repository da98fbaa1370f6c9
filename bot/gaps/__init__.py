"""Questions that the policy leaves open: asked, answered by the Federation, signed by a second person."""
