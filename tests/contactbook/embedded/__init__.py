"""PostgreSQL and Redis on one machine: real processes, killed and refused for real."""
