"""The doors. They translate between a platform and the core, and do nothing else."""
