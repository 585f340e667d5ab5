"""Measurements that a person or `make bench` starts; no test of the suite runs them."""
