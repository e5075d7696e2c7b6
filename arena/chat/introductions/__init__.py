"""How speakers say who they are or who made them, in English and Chinese; `arena/chat/leaks.py` uses it on answers."""
