"""Accounts: one account in two shapes, with capabilities, requirements, bank accounts and links."""
