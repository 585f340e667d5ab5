"""A plant file names where secrets lie; a secret itself is refused and never shown."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.connectors.secrets import resolve
from ingestion.errors import PlantError
from ingestion.plant import Connection, load_plant
from ingestion.settings import Settings

SECRET = "s3cr3t-Wert"


def plant_with(folder: Path, connection: object) -> Any:
    entry = {
        "sites": [{"site_code": "1", "name": "A", "timezone": "UTC"}],
        "sources": {"erp": {"connection": connection}},
    }
    (folder / "plant.yml").write_text(yaml.safe_dump(entry))
    return load_plant(folder, Settings(home=folder / "home"))


def test_a_connection_is_a_kind_and_its_options(tmp_path: Path) -> None:
    url, password = "postgresql://reader@erp/odoo", {"env": "ERP_PASSWORD"}
    plant = plant_with(tmp_path, {"kind": "sql", "url": url, "password": password})
    assert plant.source("erp").connection == Connection("sql", {"url": url, "password": password})
    assert plant.source("plant").connection is None


@pytest.mark.parametrize("entry", ["sql", {}, {"url": "x"}, {"kind": 3}, ["sql"]])
def test_a_connection_needs_a_kind(tmp_path: Path, entry: object) -> None:
    with pytest.raises(PlantError, match="source erp: connection has no kind"):
        plant_with(tmp_path, entry)


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"password": SECRET}, "connection.password"),
        ({"Password": SECRET}, "connection.Password"),
        ({"db_password": SECRET}, "connection.db_password"),
        ({"password": 123456}, "connection.password"),
        ({"auth": {"token": SECRET}}, "connection.auth.token"),
        ({"auth": {"bearer": SECRET}}, "connection.auth.bearer"),
        ({"headers": {"X-API-Key": SECRET}}, "connection.headers.X-API-Key"),
        ({"headers": {"Authorization": SECRET}}, "connection.headers.Authorization"),
        ({"headers": {"X-Other": f"Bearer {SECRET}"}}, "connection.headers.X-Other"),
        ({"params": [{"apikey": SECRET}]}, "connection.params.apikey"),
        ({"url": f"postgresql://reader:{SECRET}@erp/odoo"}, "connection.url"),
        ({"url": f"mssql+pyodbc:///?odbc_connect=UID=sa;PWD={SECRET}"}, "connection.url"),
        ({"url": f"postgresql://erp/odoo?user=a&password={SECRET}"}, "connection.url"),
        ({"dsn": f"host=erp user=reader password={SECRET}"}, "connection.dsn"),
        ({"broker": {"url": f"mqtts://edge:{SECRET}@broker:8883"}}, "connection.broker.url"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_plain_secret_is_refused_without_being_shown(
    tmp_path: Path, options: dict[str, Any], place: str
) -> None:
    with pytest.raises(PlantError) as caught:
        plant_with(tmp_path, {"kind": "sql", **options})
    assert place in str(caught.value)
    assert "{env: " in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "123456" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"password": {"env": "A"}, "auth": {"token": {"file": "secrets/token"}}},
        {"password": None, "pass": ""},
        {"url": "postgresql://reader@erp:5432/odoo?sslmode=require"},
        {"url": "https://api.example.org:8443/v1/prices@today"},
        {"cursor": {"param": "page_token", "path": "meta.next_page_token"}},
        {"private_key_file": "certs/client.pem", "token_url": "https://id.example.org/token"},
    ],
    ids=repr,
)
def test_what_is_no_secret_passes(tmp_path: Path, options: dict[str, Any]) -> None:
    assert plant_with(tmp_path, {"kind": "http", **options}).source("erp").connection.options == options


def test_references_are_resolved_at_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_PASSWORD", SECRET)
    (tmp_path / "token").write_text("abc\n")
    options = {"auth": [{"password": {"env": "ERP_PASSWORD"}}, {"token": {"file": "token"}}], "retries": 3}
    found = resolve(options, tmp_path, "source erp")
    assert found == {"auth": [{"password": SECRET}, {"token": "abc"}], "retries": 3}


def test_missing_secrets_name_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERP_PASSWORD", raising=False)
    with pytest.raises(
        PlantError, match=r"source erp\.password: environment variable ERP_PASSWORD is not set"
    ):
        resolve({"password": {"env": "ERP_PASSWORD"}}, tmp_path, "source erp")
    with pytest.raises(PlantError, match=r"source erp\.password: secret file .*nowhere cannot be read"):
        resolve({"password": {"file": "nowhere"}}, tmp_path, "source erp")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(PlantError, match="secret file empty is empty"):
        resolve({"password": {"file": "empty"}}, tmp_path, "source erp")
