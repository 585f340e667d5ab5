"""Pseudonyms of persons: a personal number leaves its file as a keyed hash, so raw and all behind it never hold it.

The hash is HMAC-SHA-256 (RFC 2104); without the key nobody can try out all numbers of a plant. The key is that of the settings,
or one that a home makes for itself when it is first asked; the same number under the same key is the same pseudonym,
whatever system delivers it. Belongs here: the key and what DuckDB has to know of it. The SQL stands in typing/expressions.py.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ingestion.settings import Settings

_KEY_BYTES, _BLOCK_BYTES = 32, 64
_PADS = {"pseudonym_inner": 0x36, "pseudonym_outer": 0x5C}


def pseudonym_variables(settings: Settings) -> Mapping[str, str]:
    """Variables of a DuckDB connection that pseudonyms are made with, as SQL: both padded keys of RFC 2104."""
    key = settings.pseudonym_key.get_secret_value().encode() or _key_of_home(settings.pseudonym_key_path)
    block = (sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    return {name: f"from_hex('{bytes(byte ^ pad for byte in block).hex()}')" for name, pad in _PADS.items()}


def _key_of_home(path: Path) -> bytes:
    """The key in this file, which only its owner may read; it is made once, whoever comes first."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # another process was quicker: its key counts
        finally:
            Path(made).unlink()
    return path.read_bytes()
