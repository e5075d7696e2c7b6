"""Starting model servers, watching them, starting them again, and stopping them."""
