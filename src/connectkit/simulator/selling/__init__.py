"""Selling: products, prices, Checkout and its page, payment links."""
