"""People at the API: `ann_api` asks, `cy_api` is a stranger, `rita_api` is staff, `nobody` is not signed in."""

import pytest

from accounts.models import User
from generation.models import Job
from tests.api.calls import Caller
from tests.support import work_off


@pytest.fixture
def ann_api(ann: User) -> Caller:
    return Caller(ann)


@pytest.fixture
def cy_api(cy: User) -> Caller:
    return Caller(cy)


@pytest.fixture
def rita_api(rita: User) -> Caller:
    return Caller(rita)


@pytest.fixture
def nobody(db: None) -> Caller:
    return Caller()


@pytest.fixture
def done(job: Job) -> Job:
    """Ann's program, complete."""
    return work_off(job)


@pytest.fixture
def begun(job: Job) -> Job:
    """Ann's program: the plan and the first week are done, the others are not."""
    return work_off(job, stop_after=2)
