"""What `contactbook demo` shows: a believable city, played providers, its parents' phones."""
