"""What served models cost in time, memory and money, by the field's definitions."""
