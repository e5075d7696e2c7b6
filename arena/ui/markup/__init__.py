"""Parts of the way from a model's Markdown to safe HTML; `arena/ui/markdown.py` puts them together."""
