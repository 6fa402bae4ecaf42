"""A simulated time-stamp service (RFC 3161) over HTTP: a program of its own."""
