"""Why something is as it is, in closed codes, each with a sentence and a next step.

A reason explains; it drives nothing.  The states do that."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    # A chunk that waits
    WAITS_FOR_PREVIOUS = "waits_for_previous"
    WAITS_FOR_TWIN = "waits_for_twin"
    BACKOFF = "backoff"
    RATE_LIMITED = "rate_limited"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PAUSED_BY_STAFF = "paused_by_staff"
    STRONGER_ROUTE = "stronger_route"
    LONGER_CONTEXT = "longer_context"
    LEARNED = "learned"
    REPAIRING = "repairing"
    WORKER_LOST = "worker_lost"
    WORKER_STOPPED = "worker_stopped"
    NO_WORKER = "no_worker"
    REVISION_MISSING = "revision_missing"
    # A chunk that ended
    CANCELLED_BY_USER = "cancelled_by_user"
    INVALID_CONTENT = "invalid_content"
    TRUNCATED = "truncated"
    TOO_LONG = "too_long"
    REFUSED = "refused"
    CONTENT_FILTERED = "content_filtered"
    TIMEOUT = "timeout"
    PROVIDER_ERROR = "provider_error"
    CONNECTION = "connection"
    MALFORMED_REPLY = "malformed_reply"
    UNUSABLE_REPLY = "unusable_reply"
    ALWAYS_REFUSED = "always_refused"
    QUOTA_SPENT = "quota_spent"
    OUT_OF_CREDIT = "out_of_credit"
    AUTH = "auth"
    KEY_UNBOUND = "key_unbound"
    ADDRESS_REFUSED = "address_refused"
    NO_ACCESS = "no_access"
    BLOCKED = "blocked"
    UNKNOWN_MODEL = "unknown_model"
    WRONG_ADDRESS = "wrong_address"
    BAD_REQUEST = "bad_request"
    CRASHES_WORKER = "crashes_worker"
    INTERNAL = "internal"
    # A unit whose new version did not come about
    OLD_VERSION_KEPT = "old_version_kept"
    # A job
    UNITS_MISSING = "units_missing"
    WAITS_FOR_REVIEW = "waits_for_review"
    REVIEW_REJECTED = "review_rejected"


# What ends with a change of the route or of the environment, and with nothing else.
STOPPED_HERE = frozenset({Reason.KEY_UNBOUND, Reason.ADDRESS_REFUSED})
# A trial call once a day is all that is tried without a person.
NEEDS_A_PERSON = frozenset({Reason.AUTH, Reason.OUT_OF_CREDIT, *STOPPED_HERE})
# The wait ends with the pause of the route, whenever that is; a chunk that has one of these has no time of its own.
PAUSES_ROUTE = frozenset({
    Reason.PROVIDER_UNAVAILABLE, Reason.PAUSED_BY_STAFF, Reason.QUOTA_SPENT, *NEEDS_A_PERSON,
})


def reason_choices() -> list[tuple[str, str]]:
    """For model fields: evaluated when used, so a new reason needs no migration."""
    return [(reason.value, reason.value) for reason in Reason]


@dataclass(frozen=True)
class Explanation:
    """What a person reads: `sentence` says why, `next_step` what to do."""

    sentence: str
    next_step: str

    def as_json(self, reason: str | None, detail: str) -> dict[str, Any]:     # Any: JSON
        """As the API and pages carry it; `detail` is what is known of the single case."""
        return {"reason": reason, "sentence": self.sentence, "next_step": self.next_step, "detail": detail}


EXPLANATIONS: dict[Reason, Explanation] = {
    Reason.WAITS_FOR_PREVIOUS: Explanation(
        "It waits for the part before it.", "Nothing to do: it starts by itself."),
    Reason.WAITS_FOR_TWIN: Explanation(
        "The same is being made for another request at this moment, so it is not asked for twice.",
        "Nothing to do: it is served when the other one is ready, or made by itself if that fails."),
    Reason.BACKOFF: Explanation(
        "The last call failed, and the next one follows after a short wait.", "Nothing to do: it is retried."),
    Reason.RATE_LIMITED: Explanation(
        "The provider asked for fewer calls.", "Nothing to do: it continues when the provider's wait is over."),
    Reason.PROVIDER_UNAVAILABLE: Explanation(
        "Waiting for the provider: it does not answer properly at the moment, so calls to it are paused.",
        "Nothing to do: the pause ends with one trial call. Staff can end it in the admin, under model routes."),
    Reason.PAUSED_BY_STAFF: Explanation(
        "Waiting for the provider: staff paused the calls to it.",
        "Nothing to do for you. Staff: resume the route in the admin, under model routes."),
    Reason.STRONGER_ROUTE: Explanation(
        "The replies broke rules twice, and a stronger model is asked.", "Nothing to do."),
    Reason.LONGER_CONTEXT: Explanation(
        "The request did not fit into the model's context, and one with a longer context is asked.",
        "Nothing to do."),
    Reason.LEARNED: Explanation(
        "The model's server does not know a part of the request, and is asked again without it.", "Nothing to do."),
    Reason.REPAIRING: Explanation(
        "The last reply broke rules, and the model is asked again with the findings.", "Nothing to do."),
    Reason.WORKER_LOST: Explanation(
        "The worker that had it stopped answering.", "Nothing to do: another worker takes it."),
    Reason.WORKER_STOPPED: Explanation(
        "Its worker was shut down before the reply came.", "Nothing to do: another worker takes it."),
    Reason.NO_WORKER: Explanation(
        "No worker is running.", "Nothing to do for you: it starts as soon as a worker does. Staff: start one."),
    Reason.REVISION_MISSING: Explanation(
        "No running worker knows the revision of the prompts that this job was accepted with.",
        "Start a worker of the job's version, or cancel the job and ask again."),
    Reason.CANCELLED_BY_USER: Explanation(
        "It was cancelled.", "Retry the job to have the missing parts made."),
    Reason.INVALID_CONTENT: Explanation(
        "The replies broke the rules for this document, even after repair.",
        "Read the findings, then retry; if it happens again, change the brief."),
    Reason.TRUNCATED: Explanation(
        "The reply did not fit into the largest allowed length.",
        "Ask for shorter or fewer sessions or lessons, or raise the route's output limit."),
    Reason.TOO_LONG: Explanation(
        "The request does not fit into the context of any model that may be used.",
        "Shorten the brief or ask for fewer units; staff can enable a route with a longer context."),
    Reason.REFUSED: Explanation(
        "The model declined to write this.", "Change the wording of the brief."),
    Reason.CONTENT_FILTERED: Explanation(
        "The provider's content filter stopped the reply.", "Change the wording of the brief."),
    Reason.TIMEOUT: Explanation(
        "The provider did not answer within the route's deadline.",
        "Retry later. Staff: raise the route's deadline, or lower its ceiling to the requests that the server works on "
        "at once (its slots); others wait there while their time runs."),
    Reason.PROVIDER_ERROR: Explanation(
        "The provider answered with errors again and again.", "Retry when the provider has recovered."),
    Reason.CONNECTION: Explanation(
        "The provider could not be reached.", "Check the network and OPENAI_BASE_URL, then retry."),
    Reason.MALFORMED_REPLY: Explanation(
        "The provider's answers could not be read as a completion.",
        "Check that the route's address is that of an OpenAI-compatible service, then retry."),
    Reason.UNUSABLE_REPLY: Explanation(
        "The model's replies ended without a complete document.",
        "Read the replies under the calls; retry, or use another model: this one may be too small for the task."),
    Reason.ALWAYS_REFUSED: Explanation(
        "The provider refused this request again and again as if there were too many calls, and there were not: it "
        "answered the others, or it has never answered a call of this route.",
        "Tell an administrator: the provider's words stand with the call. The account may have no share in this "
        "model, or the request may be larger than the account may send at once."),
    Reason.QUOTA_SPENT: Explanation(
        "The provider's quota for the day, or longer, is used up.",
        "It is tried again when the provider said, or once in a while. Staff: raise the quota at the provider, or give "
        "the route a fallback."),
    Reason.OUT_OF_CREDIT: Explanation(
        "The provider account has no credit left.",
        "Top up the account or raise its spend limit, then resume the route in the admin, under model routes; "
        "without that, it is tried once a day."),
    Reason.AUTH: Explanation(
        "The provider refused the key.",
        "Set a valid key (OPENAI_API_KEY, or the PROVIDER_KEY_… that the route names) and restart the workers, then "
        "resume the route in the admin, under model routes; without that, it is tried once a day."),
    Reason.KEY_UNBOUND: Explanation(
        "The route's key is not there, or may not be sent to the route's address, so nothing is.",
        "Nothing to do for you. Staff: add the line that is named here and restart web and workers, and it goes on by "
        "itself; or correct the route."),
    Reason.ADDRESS_REFUSED: Explanation(
        "The route's address leads where nothing is sent.",
        "Nothing to do for you. Staff: add the line that is named here and restart web and workers, and it goes on by "
        "itself; or correct the route."),
    Reason.NO_ACCESS: Explanation(
        "The provider does not let this account use the model, or not from this country.",
        "Tell an administrator: have the model enabled for the account, or change the route's model or address."),
    Reason.BLOCKED: Explanation(
        "A firewall before the provider blocked the request.",
        "Retry; if only this document is blocked, change the wording of the brief. Staff: check the route's address, "
        "and whether a proxy or the provider's firewall stops this machine."),
    Reason.UNKNOWN_MODEL: Explanation(
        "The provider does not know the model of the route.",
        "Tell an administrator: correct the route's model, or load it on the server, then retry."),
    Reason.WRONG_ADDRESS: Explanation(
        "At the route's address nothing answers chat completions.",
        "Tell an administrator: correct the route's base URL (most end in /v1), then retry."),
    Reason.BAD_REQUEST: Explanation(
        "The provider rejected the request as wrong.",
        "Tell an administrator: the provider's words stand with the call; the route's dialect, strict schemas or "
        "output limit may not be what its server takes."),
    Reason.CRASHES_WORKER: Explanation(
        "Its worker died each time it was tried.", "Tell an administrator, with the job's log."),
    Reason.INTERNAL: Explanation(
        "An error of the program itself stopped it.", "Tell an administrator, with the job's log."),
    Reason.OLD_VERSION_KEPT: Explanation(
        "The new version could not be made, so the old one stays.", "Regenerate again, with another instruction."),
    Reason.UNITS_MISSING: Explanation(
        "Some parts could not be made.", "Retry the job: only the missing parts are asked again."),
    Reason.WAITS_FOR_REVIEW: Explanation(
        "It is made, and waits for a person to look at it before it is handed out.",
        "Nothing to do for you: it is handed out when staff release it. Staff: read it in the admin, and release or "
        "reject it there."),
    Reason.REVIEW_REJECTED: Explanation(
        "A person has looked at it and does not hand it out.",
        "Read why, and ask again with a brief that takes it into account."),
}
