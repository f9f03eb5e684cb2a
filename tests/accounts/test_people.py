"""People as they are made."""

import pytest
from django.core.management import call_command

from accounts.models import Role, User

pytestmark = pytest.mark.django_db


def test_superuser_has_the_role_of_an_administrator():
    call_command("createsuperuser", username="root", email="", interactive=False, verbosity=0)
    assert User.objects.get(username="root").role == Role.ADMIN


def test_superuser_may_be_given_another_role():
    assert User.objects.create_superuser("tom", role=Role.TEACHER).role == Role.TEACHER


def test_anybody_else_is_a_student():
    assert User.objects.create_user("ann").role == Role.STUDENT
