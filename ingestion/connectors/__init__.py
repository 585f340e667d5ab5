"""Clients of systems that deliver no files: databases, REST services, document folders, OPC UA, MQTT.

A connector writes landed files and nothing else: rows become raw by load_table under a contract, whatever the source.
pull.py calls the connectors that fetch on demand before a source's tables are loaded, secrets.py resolves credentials
at the moment of their use. What a table looks like stands in contracts, where a system is found in plant.yml.
"""
