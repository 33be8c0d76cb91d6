"""Routers mounted in web frameworks and queues, and what they do told to tracing."""
