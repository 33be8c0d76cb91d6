"""How money moves: charges, refunds, transfers, payouts, top-ups, and the balances that they make."""
