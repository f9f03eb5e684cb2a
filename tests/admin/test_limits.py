"""Policies, overrides, the pause and the usage pages."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.models import Limit, Override, Pause, Policy, Usage, User
from generation.services.errors import Refusal
from generation.services.jobs import submission
from tests.admin.forms import errors_of, form_at, mark_of, save, words_of
from tests.support import PROGRAM, limited, work_off

REPORT = "/admin/accounts/usage/report/"


def ask(user):
    return submission.submit(user=user, kind="training_program", brief=PROGRAM).job


def inline(prefix: str, *rows: dict, initial: int = 0) -> dict:
    found = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return found | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def test_policy_shows_live_usage_beside_each_limit(ann, route, adam, client_of):
    policy = limited(units=20)
    work_off(ask(ann))
    ask(ann)
    page = client_of(adam).get(reverse("admin:accounts_policy_change", args=[policy.pk])).content.decode()
    assert "3 units used, 3 units reserved; at most 3 units by one user" in page


def test_limit_changed_in_the_admin_holds_for_the_next_request(ann, route, adam, client_of):
    policy = limited(requests=1)
    ask(ann)
    limit = Limit.objects.get(policy=policy)
    row = {"id": limit.pk, "policy": policy.pk, "metric": "requests", "window": "day", "limit": 2, "burst": 0}
    address = reverse("admin:accounts_policy_change", args=[policy.pk])
    response = client_of(adam).post(address, {
        **mark_of(client_of(adam), address), "role": "student", "weight": 1,
        **inline("limits", row, initial=1),
    })
    assert response.status_code == 302, response.context["errors"]
    ask(ann)
    with pytest.raises(Refusal):
        ask(ann)


def test_what_may_be_asked_for_is_ticked(ann, route, adam, client_of):
    policy = limited()
    address = reverse("admin:accounts_policy_change", args=[policy.pk])
    page = client_of(adam).get(address).content.decode()
    for value, words in (("course", "Course"), ("parallel", "Parallel"), (route.slug, route.model)):
        assert f'value="{value}"' in page
        assert words in page
    response = client_of(adam).post(address, {
        **mark_of(client_of(adam), address), "role": "student", "weight": 1, "kinds": ["course"],
        "strategies": ["parallel", "single"], **inline("limits")})
    assert response.status_code == 302, response.context["errors"]
    policy.refresh_from_db()
    assert (policy.kinds, policy.strategies, policy.routes) == (["course"], ["parallel", "single"], [])
    with pytest.raises(Refusal, match="training_program"):
        ask(ann)


def test_name_that_is_gone_stays_until_it_is_taken_out(route, adam, client_of):
    policy = limited()
    Policy.objects.filter(pk=policy.pk).update(routes=["old-route"])
    address = reverse("admin:accounts_policy_change", args=[policy.pk])
    assert "old-route (is gone)" in client_of(adam).get(address).content.decode()
    for ticked in (["old-route"], []):
        save(client_of(adam), address, routes=ticked)
        assert Policy.objects.get(pk=policy.pk).routes == ticked


def test_name_that_never_was_is_refused(route, adam, client_of):
    policy = limited()
    response = save(client_of(adam), reverse("admin:accounts_policy_change", args=[policy.pk]), kinds=["novel"])
    assert "kinds" in response.context["adminform"].form.errors
    assert Policy.objects.get(pk=policy.pk).kinds == []


def test_windows_read_like_english(adam, client_of, route):
    page = client_of(adam).get(reverse("admin:accounts_policy_change", args=[limited(units=1).pk])).content.decode()
    assert "An hour" in page
    assert "A hour" not in page


def test_override_knows_its_author_and_holds_at_once(ann, route, adam, client_of):
    limited(requests=0)
    response = client_of(adam).post(reverse("admin:accounts_override_add"), {
        "user": ann.pk, "reason": "exam week", "expires_at_0": "", "expires_at_1": "",
        **inline("limits", {"metric": "requests", "window": "day", "limit": 1, "burst": 0}),
    })
    assert response.status_code == 302, response.context["errors"]
    assert Override.objects.get().author == adam
    ask(ann)


def test_pause_is_a_switch_with_a_reason(ann, route, adam, client_of):
    Pause.objects.get_or_create(id=1)
    address = reverse("admin:accounts_pause_change", args=[1])
    assert save(client_of(adam), address, is_on="on").status_code == 200, "a reason is wanted"
    save(client_of(adam), address, is_on="on", reason="Exams.")
    with pytest.raises(Refusal, match="Exams"):
        ask(ann)


def test_report_sums_by_role_user_kind_and_day(ann, bob, route, adam, client_of):
    limited(requests=9)
    work_off(ask(ann))
    work_off(ask(bob))
    client = client_of(adam)
    everybody, of_ann = client.get(REPORT), client.get(f"{REPORT}?user={ann.pk}")
    names = {title: [row.name for row, _cost in rows] for title, rows in everybody.context["tables"]}
    assert {title: set(found) for title, found in names.items()} == {
        "By role": {"student", "teacher"}, "By user": {"ann", "bob"}, "By kind": {"training_program"}}
    assert '<canvas class="chart"' in everybody.content.decode()
    assert [row.name for row, _cost in dict(of_ann.context["tables"])["By user"]] == ["ann"]
    assert "9 requests a day" in of_ann.content.decode()


@pytest.mark.parametrize("user", ["x", "9" * 40, "²", "0"])
def test_report_of_nobody_is_of_everybody(user, adam, client_of, db):
    assert client_of(adam).get(REPORT, {"user": user}).context["person"] is None


def test_export_cannot_run_anything(ann, route, adam, client_of):
    ask(ann)
    User.objects.filter(pk=ann.pk).update(username="=HYPERLINK(1)")
    response = client_of(adam).get("/admin/accounts/usage/report.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text))
    assert (header[1], row[1]) == ("user", "'=HYPERLINK(1)")
    assert row[4:6] == ["1", "0"]


@pytest.mark.parametrize("address", [REPORT, "/admin/accounts/usage/report.csv"])
def test_only_administrators_see_what_others_spend(address, rita, client_of):
    assert client_of(rita).get(address).status_code == 403


def typed(policy, client, **row):
    """The answer to a limit of `policy` as somebody typed it: the only one there is."""
    return save(client, reverse("admin:accounts_policy_change", args=[policy.pk]), **{
        f"limits-0-{name}": value for name, value in row.items()}, **{"limits-TOTAL_FORMS": 1})


def test_limit_in_dollars_is_shown_and_typed_in_dollars(route, adam, client_of):
    policy = limited(usd_micros=1_000_000, burst=500_000)
    form = form_at(client_of(adam), reverse("admin:accounts_policy_change", args=[policy.pk]))
    assert (form["limits-0-limit"], form["limits-0-burst"]) == (["1.00"], ["0.50"])
    assert typed(policy, client_of(adam), limit="$2.345678").status_code == 302
    assert Limit.objects.get().limit == 2_345_678
    assert typed(policy, client_of(adam), metric="units", limit="12", burst="0").status_code == 302
    assert (Limit.objects.get().metric, Limit.objects.get().limit) == ("units", 12)


@pytest.mark.parametrize(("metric", "limit", "words"), [
    ("usd_micros", "1,50", "Write a point"), ("usd_micros", "0.0000001", "At most 6 digits after the point"),
    ("usd_micros", "1e9", "Give dollars"), ("usd_micros", "999999999999", "At most $1000000000.00."),
    ("usd_micros", "-1", "Give dollars"), ("units", "1.5", "Give a whole number"), ("units", "1" * 18, "At most"),
    ("", "5", "required"),
])
def test_limit_that_could_not_be_kept_as_it_was_typed_is_refused(metric, limit, words, route, adam, client_of):
    policy = limited(usd_micros=1_000_000)
    response = typed(policy, client_of(adam), metric=metric, limit=limit)
    assert words in " ".join(errors_of(response))
    assert Limit.objects.get().limit == 1_000_000


def test_usage_is_told_in_words(ann, route, adam, client_of):
    limited(usd_micros=1_000_000, jobs=3)
    ask(ann)
    client = client_of(adam)
    for row in Usage.objects.all():
        page = words_of(client.get(reverse("admin:accounts_usage_change", args=[row.pk])).content.decode())
        assert "1970" not in page
        assert ("$" in page) == (row.metric == "usd_micros")
