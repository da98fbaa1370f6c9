"""What a reporter can do after Send: status, corrections, withdrawal, the question after some days."""
