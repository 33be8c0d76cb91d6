"""What connectkit hands out: frozen values, a topic a file."""
