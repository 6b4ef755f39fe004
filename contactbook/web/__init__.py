"""What every page shares: the session, who is signed in, templates, errors, callbacks."""
