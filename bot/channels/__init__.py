"""Floor 7: the doors. They translate between a platform and the core, and do nothing else."""
