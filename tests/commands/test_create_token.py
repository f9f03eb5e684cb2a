"""`manage.py create_token`: the secret is shown once, and opens what its user may."""

import datetime as dt

import pytest
from django.core.management import call_command

from accounts.models import ApiToken, digest, user_of_token
from generation.management.cli.base import BadInput

pytestmark = pytest.mark.django_db(transaction=True)


def test_secret_alone_is_on_stdout_and_opens_the_door(ann, capsys):
    call_command("create_token", "ann", "--name", "laptop")
    told = capsys.readouterr()
    secret = told.out.strip()
    assert user_of_token(secret) == ann
    assert ApiToken.objects.get(sha256=digest(secret)).expires_at is None
    assert "Shown only now" in told.err and secret not in told.err


def test_token_ends_after_its_days(ann, capsys):
    call_command("create_token", "ann", "--name", "laptop", "--days", "30")
    token = ApiToken.objects.get()
    assert token.expires_at - token.created_at - dt.timedelta(days=30) < dt.timedelta(minutes=1)
    assert f"until {token.expires_at:%Y-%m-%d %H:%M} UTC" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody", "--name", "x"], "There is no user “nobody”."),
        (["ann", "--name", " "], "--name: use 1 to 80 printable characters."),
        (["ann", "--name", "x" * 81], "--name: use 1 to 80 printable characters."),
        (["ann", "--name", "a\nb"], "--name: use 1 to 80 printable characters."),
        (["ann", "--name", "x", "--days", "0"], "--days: use 1 to 3,650."),
        (["ann", "--name", "x", "--days", "9999999"], "--days: use 1 to 3,650."),
    ],
)
def test_bad_input_is_one_sentence_and_makes_no_token(ann, arguments, sentence):
    with pytest.raises(BadInput) as refusal:
        call_command("create_token", *arguments)
    assert (str(refusal.value), refusal.value.returncode) == (sentence, 2)
    assert not ApiToken.objects.exists()


def test_inactive_user_gets_none(ann):
    ann.is_active = False
    ann.save()
    with pytest.raises(BadInput, match="not active"):
        call_command("create_token", "ann", "--name", "x")


@pytest.mark.processes
def test_refusal_is_one_line_without_a_traceback_and_exit_code_2(fresh):
    assert fresh.run("migrate", "-v0").returncode == 0
    done = fresh.run("create_token", "nobody", "--name", "x")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "There is no user “nobody”.\n")


@pytest.mark.processes
def test_database_without_tables_is_one_line(fresh):
    done = fresh.run("create_token", "nobody", "--name", "x")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no such table" in done.stderr
