"""Events from Stripe: verified, remembered once, handled by typed functions."""
