"""How one call reaches Stripe: named, written down, sent, judged, sent again or looked up."""
