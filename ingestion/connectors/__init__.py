"""Clients of live and remote sources. They write landed files; rows become raw by load_table alone."""
