"""E-mail, as deliveries need it: one message, one receipt."""

import smtplib
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from generation.delivery import DeliveryReceipt, Verdict


def send(recipients: Sequence[str], subject: str, text: str) -> DeliveryReceipt:
    """What came of the message.  Raises nothing that a mail server can cause."""
    if not settings.EMAIL_IS_SET:
        return DeliveryReceipt(Verdict.UNREACHABLE, "E-mail is not set up here: set EMAIL_URL.")
    began = time.monotonic()
    try:
        for recipient in recipients:
            validate_email(recipient)
        EmailMessage(subject, text, to=list(recipients)).send()
    except ValidationError:
        return DeliveryReceipt(Verdict.FORBIDDEN, "One of the addresses is none.")
    except smtplib.SMTPAuthenticationError:
        return _failed(began, Verdict.REFUSED, "The mail server does not accept the user name and password.")
    except smtplib.SMTPResponseException as error:
        return _failed(began, Verdict.REFUSED, f"The mail server answered with {error.smtp_code}.")
    except smtplib.SMTPRecipientsRefused:
        return _failed(began, Verdict.REFUSED, "The mail server accepts none of the addresses.")
    except TimeoutError:
        return _failed(began, Verdict.TIMEOUT, "The mail server did not answer in time.")
    except (OSError, ValueError) as error:
        return _failed(began, Verdict.UNREACHABLE, f"The mail server cannot be reached ({type(error).__name__}).")
    return DeliveryReceipt(Verdict.DELIVERED, "Handed to the mail server.", took_s=time.monotonic() - began)


def _failed(began: float, verdict: Verdict, sentence: str) -> DeliveryReceipt:
    return DeliveryReceipt(verdict, sentence, took_s=time.monotonic() - began)
