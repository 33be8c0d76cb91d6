"""What follows from what Stripe tells of an account: pure functions, without a request."""
