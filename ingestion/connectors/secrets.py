"""Secrets of connections: a plant file names where a secret lies, never the secret itself.

A reference is a mapping with one entry: {env: NAME} for an environment variable, {file: path} for a secret file
(relative paths are relative to the plant's folder). Belongs here: refusing plain secrets when a plant file is read,
resolving references when a connection is opened. The environment itself is read in settings.py.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingestion.errors import PlantError
from ingestion.settings import secret_of_environment

_SECRET_KEY = re.compile(
    r"(^|[_\- ])(password|passwd|passphrase|pwd|pass|secret|token|bearer|credentials?|authorization|cookie"
    r"|api[_-]?key|access[_-]?key|secret[_-]?key|auth[_-]?key)$",
    re.IGNORECASE,
)
_URL_SECRET = re.compile(r"[a-z][a-z0-9+.\-]*://[^/\s@:]*:[^/\s@]+@", re.IGNORECASE)
_PAIR_SECRET = re.compile(
    r"(^|[\s;&?,])(password|passwd|pwd|sslpassword|token|access_token|api_?key|secret)\s*=\s*[^\s;&]",
    re.IGNORECASE,
)
_AUTH_VALUE = re.compile(r"^(bearer|basic)\s+\S{6,}", re.IGNORECASE)
_KINDS = ("env", "file")


def is_reference(value: object) -> bool:
    """True for {env: NAME} and {file: path}."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _KINDS


def refuse_plain_secrets(plant_file: Path, where: str, options: Mapping[str, Any]) -> None:
    """PlantError if an option holds a secret in plain text; the message names the option and what to write instead.

    Secrets are values of options named like password, token, api_key or Authorization, URLs with user:password@,
    and pairs such as pwd=... inside a connection string. The value itself is never shown.
    """
    for place, key, value in _entries(where, options):
        kind = _plain_secret(key, value)
        if kind:
            variable = re.sub(r"\W+", "_", place.removeprefix("source ")).strip("_").upper()
            raise PlantError(
                plant_file,
                f"{place} holds {kind} in plain text.",
                f"write {key}: {{env: {variable}}} and set that environment variable, "
                f"or {key}: {{file: <path of a secret file>}}.",
            )


def resolve(value: Any, folder: Path, where: str) -> Any:
    """`value` with every reference in it replaced by its secret, at any depth; other values stay as they are.

    Relative secret files are relative to `folder`. PlantError names `where` if a variable is not set or a file
    cannot be read.
    """
    if isinstance(value, Mapping) and is_reference(value):
        return _secret(value, folder, where)
    if isinstance(value, Mapping):
        return {key: resolve(inner, folder, f"{where}.{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, folder, where) for inner in value]
    return value


def _secret(reference: Mapping[str, Any], folder: Path, where: str) -> str:
    kind, name = next(iter(reference.items()))
    found = secret_of_environment(str(name)) if kind == "env" else _of_file(folder / str(name), where)
    if not found:
        what = f"environment variable {name} is not set" if kind == "env" else f"secret file {name} is empty"
        step = f"set {name} where Tundish runs." if kind == "env" else "write the secret into the file."
        raise PlantError(folder / "plant.yml", f"{where}: {what}.", step)
    return found


def _of_file(path: Path, where: str) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"secret file {path} cannot be read ({type(error).__name__})"
        step = "correct the path, or let the user that runs Tundish read the file."
        raise PlantError(path.parent, f"{where}: {problem}.", step) from error


def _entries(where: str, value: object) -> Iterator[tuple[str, str, object]]:
    """(place, key, value) of every option that is no mapping, at any depth; members of lists bear their list's key."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            place = f"{where}.{key}"
            if is_reference(inner):
                continue
            if isinstance(inner, Mapping):
                yield from _entries(place, inner)
                continue
            for member in inner if isinstance(inner, list) else [inner]:
                if isinstance(member, Mapping):
                    yield from _entries(place, member)
                else:
                    yield place, str(key), member


def _plain_secret(key: str, value: object) -> str:
    """What kind of secret this is, in words; empty if it is none."""
    if value is None or value == "" or isinstance(value, bool):
        return ""
    text = str(value)
    if _SECRET_KEY.search(key):
        return "a secret"
    if _URL_SECRET.search(text) or _PAIR_SECRET.search(text):
        return "an address with a password"
    return "an authorization header" if _AUTH_VALUE.search(text) else ""
