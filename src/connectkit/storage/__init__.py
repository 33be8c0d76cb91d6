"""Where operations and events are remembered."""
