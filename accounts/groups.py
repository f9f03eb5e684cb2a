"""The groups that every installation has, and what their members may do in the admin.

Runs after every `migrate`, because permissions exist only then.  It adds and never takes away, so an
administrator's changes stay."""

from typing import Any

REVIEWERS = "reviewers"
ADMINISTRATORS = "administrators"

_LOOK = [
    "generation.view_job", "generation.view_chunk", "generation.view_attempt", "generation.view_logentry",
    "generation.view_unitversion", "generation.view_route", "generation.view_pulse", "generation.view_incident",
    "generation.view_alert", "generation.view_alertrule", "generation.view_channel", "generation.view_delivery",
    "generation.view_webhookendpoint",
    "generation.view_cacheentry", "generation.view_routeuse",
    "generation.view_rehearsal", "generation.view_review",
]
_WORK = [
    "generation.add_job", "generation.retry_job", "generation.cancel_job", "generation.regenerate_unit",
    "generation.resolve_incident", "generation.handle_alert", "generation.decide_review",
]
# `generation.direct_route` is in no group: whoever says where a route leads says who gets everybody's prompts, which is
# a matter for whoever runs the installation.  A superuser may, and may give it to others.
PERMISSIONS: dict[str, list[str]] = {
    REVIEWERS: _LOOK + _WORK,
    ADMINISTRATORS: [
        *_LOOK, *_WORK,
        *(f"generation.{verb}_{model}" for model in ("route", "alertrule", "channel", "webhookendpoint")
          for verb in ("add", "change", "delete")),
        "generation.purge_cache", "generation.run_rehearsal",
        *(f"generation.{verb}_routeuse" for verb in ("view", "add", "change", "delete")),
        "accounts.view_user", "accounts.add_user", "accounts.change_user", "accounts.erase_user",
        *(f"accounts.{verb}_{model}" for model in ("policy", "limit", "override", "limitoverride")
          for verb in ("view", "add", "change", "delete")),
        "accounts.view_pause", "accounts.change_pause", "accounts.view_usage",
        "accounts.view_apitoken", "accounts.add_apitoken", "accounts.change_apitoken",
    ],
}


def grant_permissions(using: str = "default", **_signal: Any) -> None:     # Any: what the signal carries
    """Create the groups and give them their permissions, as far as these exist already."""
    from django.contrib.auth.models import Group, Permission

    for name, labels in PERMISSIONS.items():
        wanted = {tuple(label.split(".")) for label in labels}
        codenames = [codename for _app, codename in wanted]
        found = [
            permission
            for permission in Permission.objects.using(using)
            .filter(codename__in=codenames).select_related("content_type")
            if (permission.content_type.app_label, permission.codename) in wanted
        ]
        if found:
            group, _made = Group.objects.using(using).get_or_create(name=name)
            group.permissions.add(*found)
