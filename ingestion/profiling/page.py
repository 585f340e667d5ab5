"""The profile as one page of HTML: it needs no server, no script and no other file. The template is page.html.j2."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingestion.profiling.model import Profile

PAGE = "profile.html"


def write_page(profile: Profile, folder: Path) -> Path:
    """Write <folder>/profile.html; values of files are escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    path.write_text(environment.get_template("page.html.j2").render(profile=profile), encoding="utf-8")
    return path
