"""The channel adapters, against small servers that speak the providers' protocols."""
