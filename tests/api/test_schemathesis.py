"""The OpenAPI document and the API agree, for generated requests, right and wrong ones.

Deterministic and bounded.  schemathesis makes and judges the cases; its own pytest plugin is left out,
because it does not run under pytest 9."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from generation.models import Job, WebhookEndpoint
from generation.services.outbox import webhooks
from tests.api.calls import ROOT, Caller

EXAMPLES = settings.default.max_examples // 10      # ten; more with `--hypothesis-profile thorough`
# JSON Schema cannot say that a text holds nothing invisible, that a cursor comes from a page, where a URL leads.
KNOWS_MORE_THAN_ITS_SCHEMA = {
    f"GET {ROOT}/jobs", f"POST {ROOT}/jobs", f"POST {ROOT}/quotes",
    f"POST {ROOT}/jobs/{{job_id}}/units/{{n}}/regenerate", f"POST {ROOT}/webhooks",
    f"PATCH {ROOT}/webhooks/{{webhook_id}}",
}
SCHEMA = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


def _endpoint_of(job: Job) -> WebhookEndpoint:
    """One of the owner's, made anew if the case before has deleted it."""
    found = WebhookEndpoint.objects.filter(user=job.user).first()
    return found or webhooks.create(user=job.user, url="https://hooks.example.com/", events=["job.failed"]).endpoint


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_api_is_as_it_is_described(label: str, mode: GenerationMode, done: Job, ann_api: Caller) -> None:
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode), is_known=st.booleans())
    def agrees(case: Any, is_known: bool) -> None:
        left_out = [positive_data_acceptance] if label in KNOWS_MORE_THAN_ITS_SCHEMA else []
        if is_known and "job_id" in (case.path_parameters or {}):
            case.path_parameters["job_id"] = str(done.public_id)
            left_out.append(negative_data_rejection)      # the id may have been what was wrong
        if is_known and "webhook_id" in (case.path_parameters or {}):
            case.path_parameters["webhook_id"] = str(_endpoint_of(done).public_id)
            left_out.append(negative_data_rejection)
        case.call_and_validate(
            headers={"Authorization": f"Bearer {ann_api.secret}"}, excluded_checks=left_out
        )

    agrees()
