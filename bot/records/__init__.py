"""What leaves and what is destroyed: case file, subject access, exports, register, retention."""
