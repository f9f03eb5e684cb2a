"""A job's document as a file."""

import json
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.text import slugify

from generation.management.cli.base import BadInput
from generation.models import Job
from generation.services.jobs import documents, reviews

ENDINGS = {"markdown": "md", "json": "json", "html": "html"}


def rendered(job: Job, format_: str) -> str:
    """The document as `format_`, for its owner; Refusal while there is nothing to read, and where a person decides."""
    reviews.check_readable(job, job.user)
    match format_:
        case "markdown":
            return documents.markdown(job)
        case "json":
            return json.dumps(documents.document(job), ensure_ascii=False, indent=2) + "\n"
        case "html":
            return (
                '<!doctype html>\n<html>\n<head><meta charset="utf-8">'
                f"<title>{escape(job.title)}</title></head>\n<body>\n{documents.html(job)}</body>\n</html>\n"
            )
    raise AssertionError(f"{format_} is not among {', '.join(ENDINGS)}")


def own_path(job: Job, format_: str = "markdown") -> Path:
    """`LOCAL_DIR/documents/<slug>-<id>.md`."""
    slug = slugify(job.title)[:60].strip("-") or slugify(job.kind)
    return Path(settings.LOCAL_DIR) / "documents" / f"{slug}-{job.pk}.{ENDINGS[format_]}"


def write(job: Job, path: Path, format_: str = "markdown") -> Path:
    """Write the document to `path`, whole or not at all; a device such as /dev/stdout is written to."""
    text = rendered(job, format_)
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            unfinished = path.with_name(f"{path.name}.part")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(path)
    except OSError as error:
        raise BadInput(f"The document cannot be written to {path}: {error.strerror}.") from error
    return path
