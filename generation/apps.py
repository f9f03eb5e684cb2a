from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Generation"

    def ready(self) -> None:
        from accounts.ttl_cache import forget_when_changed
        from generation import checks  # noqa: F401  registers the system checks
        from generation.models import Route, RouteUse

        forget_when_changed(Route, RouteUse)
