"""Buyers: customers, how they pay, what they agreed to, and the pages where they do."""
