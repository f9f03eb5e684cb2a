"""Statements that are compiled once say what Django's own say, on the database at hand."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now

from accounts.compiled import Bound, Change, Given, Insertion, Selection, together
from accounts.models import ApiToken, Limit, Policy, Role, Usage, User, create_token

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 5, 31, 12, 0, tzinfo=dt.UTC)


def test_models_come_with_their_relations_and_what_is_selected_beside_them(ann, bob, django_assert_num_queries):
    of_name = Selection(
        lambda: ApiToken.objects.select_related("user").annotate(db_now=Now()).filter(
            name=Given("name", models.CharField())))
    create_token(ann, "one", expires_at=NOON)
    create_token(bob, "other")
    with django_assert_num_queries(2):
        for name, user in (("one", ann), ("other", bob)):
            [token] = of_name.all(name=name)
            assert (token.user, token.user.get_username()) == (user, user.username)
    [token] = of_name.all(name="one")
    same = ApiToken.objects.get(name="one")
    assert {f.attname: getattr(token, f.attname) for f in ApiToken._meta.concrete_fields} == {
        f.attname: getattr(same, f.attname) for f in ApiToken._meta.concrete_fields}
    assert (token.expires_at, token.db_now.tzinfo) == (NOON, dt.UTC)
    assert of_name.first(name="nobody's") is None
    token.name = "renamed"
    token.save()
    assert of_name.first(name="renamed").pk == token.pk, "it is a row like any other"


def test_what_was_not_selected_is_read_when_it_is_asked_for(ann):
    names = Selection(lambda: User.objects.only("username").filter(pk=Given("pk", models.BigIntegerField())))
    assert names.first(pk=ann.pk).role == ann.role


def test_rows_of_values_are_tuples_of_them_also_of_json():
    Policy.objects.all().delete()
    policy = Policy.objects.create(role=Role.STUDENT, kinds=["course"])
    Limit.objects.create(policy=policy, metric="units", window="day", limit=7)
    Policy.objects.create(role=Role.TEACHER)
    rows = Selection(lambda: Policy.objects.order_by().filter(role=Given("role", models.CharField())).values_list(
        "kinds", "limits__limit", "max_running_jobs"))
    assert rows.all(role=Role.STUDENT.value) == [(["course"], 7, None)]
    assert rows.all(role=Role.TEACHER.value) == [([], None, None)]


def test_change_writes_by_the_values_that_are_given(ann, bob):
    rows = [
        Usage.objects.create(user=user, metric=metric, window="day", period_start=NOON, limit=9)
        for user in (ann, bob) for metric in ("units", "requests")
    ]
    take = Change(lambda: (
        Usage.objects.filter(pk__in=[Given("one", models.BigIntegerField()), Given("two", models.BigIntegerField())]),
        {"reserved": F("reserved") + Case(
            When(metric="units", then=Given("units", models.BigIntegerField())),
            When(metric="requests", then=Given("requests", models.BigIntegerField())))},
    ), returning=("id", "reserved"))
    take.make(one=rows[0].pk, two=rows[1].pk, units=3, requests=1)
    assert sorted(take.made(one=rows[0].pk, two=rows[2].pk, units=2, requests=7)) == [
        (rows[0].pk, 5), (rows[2].pk, 2)]
    assert list(Usage.objects.order_by("pk").values_list("reserved", flat=True)) == [5, 1, 2, 0]


def test_inserted_row_is_the_one_that_save_would_have_written(ann):
    insertion = Insertion(ApiToken)
    for expires_at in (None, NOON, None):
        token = ApiToken(user=ann, name="é “quoted” %s", prefix="cw_", sha256=f"{ApiToken.objects.count()}")
        token.expires_at = expires_at
        assert insertion.of(token)
        stored = ApiToken.objects.get(pk=token.pk)
        assert (stored.name, stored.expires_at, stored.created_at) == (token.name, expires_at, token.created_at)
        assert stored.created_at is not None, "the database's own default"
    with pytest.raises(IntegrityError), transaction.atomic():
        insertion.of(ApiToken(user=ann, name="twice", prefix="cw_", sha256="0"))


def test_row_that_is_there_is_left_alone(ann):
    insertion = Insertion(ApiToken, unless_there=True)
    assert insertion.of(ApiToken(user=ann, name="first", prefix="cw_", sha256="same"))
    late = ApiToken(user=ann, name="late", prefix="cw_", sha256="same")
    assert not insertion.of(late)
    assert (late.pk, ApiToken.objects.get(sha256="same").name) == (None, "first")


def test_statements_that_go_together_bring_what_they_bring_alone(ann):
    insertion = Insertion(ApiToken, unless_there=True)
    token = ApiToken(user=ann, name="é ' %s; --", prefix="cw_", sha256="1")
    names = Selection(lambda: ApiToken.objects.order_by("pk").filter(
        user=Given("user", models.BigIntegerField())).values_list("name"))
    twice = ApiToken(user=ann, name="twice", prefix="cw_", sha256="1")
    assert together(
        Bound("SAVEPOINT here"), insertion.bound(token), insertion.bound(twice), names.bound(user=ann.pk),
    ) == [[], True, False, [("é ' %s; --",)]]
    assert (ApiToken.objects.get().pk, twice.pk) == (token.pk, None)


def test_what_follows_on_a_change_that_misses_a_row_is_not_done_on_postgresql(ann):
    row = Usage.objects.create(user=ann, metric="units", window="day", period_start=NOON, limit=9)
    ids = [Given(name, models.BigIntegerField()) for name in ("one", "two")]
    take = Change(
        lambda: (Usage.objects.filter(pk__in=ids), {"reserved": F("reserved") + 1}), returning=("id", "reserved"),
        exactly=2)
    after = Insertion(ApiToken).bound(ApiToken(user=ann, name="after", prefix="cw_", sha256="1"))
    if connection.vendor == "postgresql":
        with pytest.raises(DataError, match="met 1 of 2 rows"), transaction.atomic():
            together(take.bound(one=row.pk, two=0), after)
        assert (Usage.objects.get().reserved, ApiToken.objects.count()) == (0, 0)
    else:
        assert together(take.bound(one=row.pk, two=0), after) == [[(row.pk, 1)], True]
