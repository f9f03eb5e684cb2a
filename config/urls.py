import sys

from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.defaults import server_error
from django.views.generic import RedirectView

from generation.api import api, unknown_url
from generation.api.crowding import unavailable
from generation.api.health import healthz, readyz
from generation.api.metrics import metrics

admin.autodiscover()


def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for by themselves, beside the pages that name it."""
    return HttpResponseRedirect(static("generation/admin.svg"))


def failed(request: HttpRequest) -> HttpResponse:
    """What did not come to an answer: 503 where the database did not give one, which passes; else Django's own page."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    return server_error(request)


handler500 = failed

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    re_path(r"^api(?:/|$)", unknown_url),      # after the API: a problem, not the HTML page of a 404
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("favicon.ico", favicon),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
