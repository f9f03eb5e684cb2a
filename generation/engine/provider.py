"""The provider that the settings name."""

from django.conf import settings

from generation.llm.client import Provider

NO_KEY = "no-key-set"      # the bundled simulator takes any key; a real service answers with 401, which jobs show


def provider_from_settings() -> Provider:
    return Provider(
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY or NO_KEY,
        connect_timeout_s=settings.LLM_CONNECT_TIMEOUT_S,
    )
