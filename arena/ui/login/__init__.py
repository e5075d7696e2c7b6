"""Logging in with a Hugging Face account: OpenID Connect, the authorization code with PKCE, state and nonce."""
