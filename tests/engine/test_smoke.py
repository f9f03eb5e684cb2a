import pytest

from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def test_program_completes(job):
    done = work_off(job)
    print([e.message for e in done.log.order_by("id")])
    assert (done.state, done.percent, done.unit_done) == ("completed", 100, 3)
