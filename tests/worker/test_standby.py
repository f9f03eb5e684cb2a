"""A web process looks after workers that cannot say that they are dead."""

import asyncio
import threading

import pytest
from django.db import OperationalError

from generation.models import AlertRule, Channel, Delivery, Election, clock
from generation.worker import standby
from tests.waiting import wait_until


def names():
    return {thread.name for thread in threading.enumerate()}


def test_server_that_tells_of_its_life_gets_a_lookout(settings):
    settings.ALERT_EVERY_S = 3_600
    from config.asgi import application

    said, told = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}], []
    alive = []

    async def receive():
        alive.append("standby" in names())
        return said.pop(0)

    async def send(message):
        told.append(message["type"])

    asyncio.run(application({"type": "lifespan"}, receive, send))

    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert alive == [False, True]
    assert "standby" not in names()


@pytest.mark.django_db(transaction=True)
def test_lookout_evaluates_and_delivers_when_nobody_else_does(settings, receiver):
    settings.ALERT_EVERY_S, settings.WEBHOOK_LOOPBACK = 0.05, True
    AlertRule.objects.all().delete()
    AlertRule.objects.create(name="late", condition="sweeper_late", threshold=0, severity="critical")
    Channel.objects.create(name="ops", kind="slack", url=receiver.url)
    Election.objects.create(name="sweeper", won_at=clock.now())
    standby.start()
    try:
        wait_until("the message", lambda: receiver.got, 20)
        wait_until("its receipt", lambda: Delivery.objects.filter(state="delivered").exists(), 20)
    finally:
        standby.stop()
        wait_until("the notifier's end", lambda: "notifier-of-web" not in names(), 20)
    assert Election.objects.get(name="alerts").by.startswith("web ")


def test_database_that_is_away_is_no_error_of_the_lookout(monkeypatch, db):
    def fail(by: str, patience: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("generation.worker.standby.evaluation.stand_in", fail)

    assert standby.look() is False
