"""What all tests have in common: the time that an example takes decides none of them."""

from hypothesis import settings

settings.register_profile("tundish", deadline=None)
settings.load_profile("tundish")
