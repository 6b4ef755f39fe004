"""The simulated providers held to the providers' documents, over real sockets."""
