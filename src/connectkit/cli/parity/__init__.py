"""`connectkit parity`: the same journeys against the simulator and against somebody else, and where they differ."""
