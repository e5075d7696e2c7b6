"""What keeps the votes honest: limits, rules that mark votes as not counted, and what is known of addresses."""
