"""What members are paid: rate cards, attendances, claims with their lines and receipts, payees, payment runs."""
