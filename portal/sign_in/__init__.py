"""Pages of signing in: password, second factor, the first authenticator app, identity providers, and signing out."""
