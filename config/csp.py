"""The Content-Security-Policy of each page: strict, but for the admin, whose theme needs eval."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class ContentSecurityPolicy(CSPMiddleware):
    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        match = request.resolver_match      # None: it never came to a view
        if match is not None and match.app_name == "admin":
            parts.replace = settings.ADMIN_CSP
        return parts
