"""A controlled experiment with a dozen participants: protocol, assignment, service, figures, report."""
