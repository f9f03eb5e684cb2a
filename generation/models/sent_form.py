"""Forms that staff sent and what they led to, for a day: who presses a button twice gets what the first press made."""

from django.db import models
from django.db.models.functions import Now


class SentForm(models.Model):
    """One row for each form that was saved; `services/sent_forms.py` alone writes it.  It names nobody."""

    key = models.CharField(
        max_length=64, primary_key=True, help_text="A digest of the page, its sender and all it sent.")
    led_to = models.CharField(max_length=300, blank=True, help_text="An address of the admin.")
    was_shown_once = models.BooleanField(default=False, help_text="The answer was a secret, which is stored nowhere.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(name="sent_form_old", fields=["at"])]      # sent_forms.prune

    def __str__(self) -> str:
        return self.led_to
