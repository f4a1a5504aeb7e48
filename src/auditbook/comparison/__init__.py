"""What differs between runs, and why: kept runs → differences → causes → shares of the score."""
