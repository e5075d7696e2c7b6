"""Tables, migrations and the SQL store."""
