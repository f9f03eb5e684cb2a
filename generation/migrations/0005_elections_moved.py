"""Turns, the watch over the alert rules and the sweeper's pulse become elections; paces name their clock apart.

Weights of the stage `judge` go: no call was ever of that stage, so they never had an effect, and going back does not
bring them back."""

from django.db import migrations

SWEEPER, ALERTS = "sweeper", "alerts"
ITS_CLOCK = "/its clock"      # ended the name of what the provider had timed


def move(apps, schema_editor):
    election = apps.get_model("generation", "Election").objects
    for turn in apps.get_model("generation", "Turn").objects.all():
        election.update_or_create(name=turn.name, defaults={"won_at": turn.taken_at, "note": turn.note})
    for watch in apps.get_model("generation", "Watch").objects.all():
        election.update_or_create(name=ALERTS, defaults={"won_at": watch.taken_at, "by": watch.by})
    pulses = apps.get_model("generation", "Pulse").objects.filter(name=SWEEPER)
    for pulse in pulses:
        election.update_or_create(
            name=SWEEPER, defaults={"won_at": pulse.beat_at, "by": str(pulse.detail.get("by", ""))[:120]})
    pulses.delete()
    for route in apps.get_model("generation", "Route").objects.exclude(concurrency={}):
        paces = route.concurrency.get("paces", {})
        route.concurrency["paces"] = [
            [sort.removesuffix(ITS_CLOCK), sort.endswith(ITS_CLOCK), pace] for sort, pace in paces.items()]
        route.save(update_fields=["concurrency"])
    apps.get_model("generation", "RouteUse").objects.filter(stage="judge").delete()


def move_back(apps, schema_editor):
    turn, watch = apps.get_model("generation", "Turn").objects, apps.get_model("generation", "Watch").objects
    pulse = apps.get_model("generation", "Pulse").objects
    for won in apps.get_model("generation", "Election").objects.all():
        if won.name == ALERTS:
            watch.update_or_create(id=1, defaults={"taken_at": won.won_at, "by": won.by})
        elif won.name == SWEEPER:
            pulse.update_or_create(
                name=SWEEPER, defaults={"beat_at": won.won_at, "started_at": won.won_at, "detail": {"by": won.by}})
        else:
            turn.update_or_create(name=won.name, defaults={"taken_at": won.won_at, "note": won.note})
    apps.get_model("generation", "Election").objects.all().delete()
    for route in apps.get_model("generation", "Route").objects.exclude(concurrency={}):
        paces = route.concurrency.get("paces", [])
        route.concurrency["paces"] = {
            sort + (ITS_CLOCK if by_provider else ""): pace for sort, by_provider, pace in paces}
        route.save(update_fields=["concurrency"])


class Migration(migrations.Migration):
    dependencies = [("generation", "0004_election")]
    operations = [migrations.RunPython(move, move_back)]
