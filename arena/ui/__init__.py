"""The pages, as Gradio Blocks."""
