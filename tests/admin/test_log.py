"""The log's filters, its search, and one job's log as a file."""

import csv
import datetime as dt
import io
import json

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from generation.admin.logs import LogEntryAdmin
from generation.models import LogEntry, clock
from generation.telemetry import journal
from tests.support import chunk

LIST = reverse("admin:generation_logentry_changelist")


def found(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.fixture
def of_the_installation(db, rita):
    journal.write(None, "route_changed", "the route was changed", by=rita, request="x")
    return LogEntry.objects.get(code="route_changed")


def test_each_filter_narrows_the_list(done, failed, of_the_installation, root, rita, client_of):
    client = client_of(root)
    of_ann = LogEntry.objects.filter(user=done.user).count()

    assert {entry.level for entry in found(client, level__exact="error")} == {"error"}
    assert {entry.code for entry in found(client, code="finish")} == {"finish"}
    assert {entry.job for entry in found(client, job_id=str(done.public_id))} == {done}
    assert len(found(client, of="ann")) == of_ann
    assert {entry.by for entry in found(client, who="rita")} == {rita}
    assert found(client, level__exact="error", code="finish") == []


@pytest.mark.parametrize("query", [
    {"job_id": "no-uuid"}, {"of": "nobody"}, {"who": "nobody"}, {"day": "yesterday"}, {"day": "9999-12-31"},
    {"day": "2001-01-01"}, {"of": "'; DROP TABLE"},
])
def test_filter_for_what_is_not_there_finds_nothing(query, done, root, client_of):
    assert found(client_of(root), **query) == []


def test_time_filters_know_the_border(done, root, client_of):
    client, now = client_of(root), clock.now()
    LogEntry.objects.all().delete()
    ages = (dt.timedelta(days=40), dt.timedelta(days=20), dt.timedelta(days=3), dt.timedelta(hours=5), dt.timedelta())
    LogEntry.objects.bulk_create([LogEntry(code="note", message=str(age), at=now - age) for age in ages])

    assert [len(found(client, since=span)) for span in ("hour", "day", "week", "month")] == [1, 2, 3, 4]
    day = (now - dt.timedelta(days=20)).date().isoformat()
    assert [entry.message for entry in found(client, day=day)] == [str(ages[1])]


def test_line_without_a_job_is_shown_everywhere(of_the_installation, root, client_of):
    client = client_of(root)
    page = client.get(reverse("admin:generation_logentry_change", args=[of_the_installation.pk]))

    assert of_the_installation in found(client)
    assert page.status_code == 200
    assert "the route was changed" in page.content.decode()


def test_request_id_is_found_exactly(done, root, client_of):
    LogEntry.objects.filter(job=done, code="submit").update(request_id="gateway-1234567")
    assert [entry.code for entry in found(client_of(root), q="gateway-1234567")] == ["submit"]


def test_search_looks_at_the_newest_rows_only(done, root, client_of, monkeypatch):
    monkeypatch.setattr(LogEntryAdmin, "most_searched", 3)
    oldest = LogEntry.objects.order_by("pk").first()
    newest = LogEntry.objects.order_by("-pk").first()
    client = client_of(root)

    assert newest in found(client, q=newest.message[:20])
    assert oldest not in found(client, q=oldest.message)


FILTERS = [
    {}, {"level__exact": "error"}, {"code": "finish"}, {"of": "ann"}, {"who": "rita"}, {"since": "day"},
    {"q": "complete"},
]


@pytest.mark.parametrize("query", FILTERS, ids=lambda query: "".join(query) or "all")
def test_list_asks_as_much_for_many_rows_as_for_few(query, done, root, client_of):
    client = client_of(root)

    def asked():
        client.get(LIST, query)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST, query)
        return len(captured)

    few = asked()
    LogEntry.objects.bulk_create([
        LogEntry(job=done, user=done.user, code="finish", level="error", message=f"complete {n}") for n in range(200)])
    assert asked() == few <= 11


def test_page_of_a_line_shows_advice_and_trace(failed, root, client_of):
    line = LogEntry.objects.get(job=failed, code="give_up")
    LogEntry.objects.filter(pk=line.pk).update(trace="Traceback: here", request_id="req-12345678")

    text = client_of(root).get(reverse("admin:generation_logentry_change", args=[line.pk])).content.decode()

    assert "Change the wording of the brief." in text
    assert "Traceback: here" in text and "req-12345678" in text


# --- The files --------------------------------------------------------------------------------------


def test_json_lines_have_every_line_of_the_job_in_order(done, failed, root, client_of):
    response = client_of(root).get(reverse("admin:generation_job_log_jsonl", args=[done.pk]))

    lines = [json.loads(line) for line in response.content.decode().splitlines()]
    assert [line["message"] for line in lines] == list(
        LogEntry.objects.filter(job=done).order_by("pk").values_list("message", flat=True))
    assert lines[0]["event"] == "submit" and lines[0]["severity"] == "info"
    assert response["Content-Disposition"] == f'attachment; filename="job-{done.public_id}-log.jsonl"'


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "＝1"])
def test_csv_runs_nothing_in_a_spreadsheet(formula, done, root, client_of):
    LogEntry.objects.filter(job=done).update(message=formula, advice=formula, data={"x": formula})

    response = client_of(root).get(reverse("admin:generation_job_log_csv", args=[done.pk]))

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == LogEntry.objects.filter(job=done).count()
    for row in rows:
        assert (row["message"], row["advice"]) == (f"'{formula}", f"'{formula}")
        assert not any((value or "").lstrip().startswith(("=", "+", "@", "＝")) for value in row.values())


def test_part_of_a_line_is_its_position(done, root, client_of):
    response = client_of(root).get(reverse("admin:generation_job_log_jsonl", args=[done.pk]))
    parts = [line["part"] for line in map(json.loads, response.content.decode().splitlines())
             if line["event"] == "finish"]
    assert sorted(set(parts)) == [0, 1, 2, 3]
    assert chunk(done, 2).position in parts


@pytest.mark.parametrize("name", ["jsonl", "csv"])
def test_file_needs_permission_for_job_and_log(name, done, root, rita, vera, nick, ann, client_of):
    address = reverse(f"admin:generation_job_log_{name}", args=[done.pk])
    may_read_log = Permission.objects.get(codename="view_logentry", content_type__app_label="generation")
    vera.user_permissions.remove(may_read_log)
    nick.user_permissions.add(may_read_log)

    assert [client_of(person).get(address).status_code for person in (root, rita)] == [200, 200]
    assert client_of(vera).get(address).status_code == 403
    assert client_of(nick).get(address).status_code == 404      # may read the log, not this job
    assert client_of(ann).get(address).status_code == 302


def test_job_page_links_to_the_files(done, rita, client_of):
    text = client_of(rita).get(reverse("admin:generation_job_change", args=[done.pk])).content.decode()
    assert reverse("admin:generation_job_log_csv", args=[done.pk]) in text
