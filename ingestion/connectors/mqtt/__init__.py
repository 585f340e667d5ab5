"""MQTT: Sparkplug B edge nodes and plain JSON topics become landed files of readings."""
