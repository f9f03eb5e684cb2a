from django.contrib import admin
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView

from generation.api import api, unknown_url
from generation.api.health import healthz, readyz
from generation.api.metrics import metrics

admin.autodiscover()

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    re_path(r"^api(?:/|$)", unknown_url),      # after the API: a problem, not the HTML page of a 404
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
