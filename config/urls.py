from django.contrib import admin
from django.urls import URLPattern, URLResolver, path, re_path

from generation.api import api, unknown_url
from generation.api.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    re_path(r"^api(?:/|$)", unknown_url),      # after the API: a problem, not the HTML page of a 404
    path("healthz", healthz),
    path("readyz", readyz),
]
