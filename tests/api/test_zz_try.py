import pytest, time
from tests.api.calls import *
from generation.services import jobs
from generation.kinds import all_kinds
from tests.support import work_off
pytestmark = pytest.mark.django_db
def test_it(ann, route, done):
    a = Caller(ann)
    big = jobs.submit(user=ann, kind="training_program", brief=all_kinds()["training_program"].example).job
    work_off(big)
    for path in (of(big), "/jobs", of(big,"/document"), of(big,"/document?format=html"), of(big,"/units/3"), "/kinds"):
        a.send("GET", path); t=time.perf_counter()
        for _ in range(30): a.send("GET", path)
        print(path[-25:], round((time.perf_counter()-t)/30*1000,2), "ms")
    t=time.perf_counter()
    for _ in range(20): a.ask()
    print("submit", (time.perf_counter()-t)/20*1000)
    job = jobs.submit(user=ann, kind="course", brief=all_kinds()["course"].example).job
    work_off(job); print(job.state, [e.message for e in job.log.all()][:5])
