from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts.groups import grant_permissions
        from accounts.models import Limit, LimitOverride, Override, Pause, Policy
        from accounts.ttl_cache import forget_when_changed

        post_migrate.connect(grant_permissions, dispatch_uid="accounts.grant_permissions")
        forget_when_changed(Limit, LimitOverride, Override, Pause, Policy)
