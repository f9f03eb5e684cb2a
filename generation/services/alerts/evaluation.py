"""The alert rules, evaluated: one turn after the other, by whoever gets to it first.

The notifier of a worker does it.  When none has for a while, the web process does: a dead worker cannot say
that it is dead.  An alert, its log line and its deliveries are one transaction."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q

from generation.core import alerting, webhooks
from generation.core.alerting import (
    CONDITION_MEANINGS,
    AlertSeverity,
    AlertStanding,
    AlertState,
    Condition,
    Move,
    Reading,
)
from generation.models import Alert, AlertRule, LogLevel, clock
from generation.models.alerting import UNRESOLVED
from generation.models.election import ALERTS
from generation.services import elections
from generation.services.alerts import measurements
from generation.services.outbox import deliveries
from generation.telemetry import journal

LATE_AFTER_TURNS = 3      # evaluations missed until the web process stands in

_logger = logging.getLogger(__name__)
_LEVELS = {
    AlertSeverity.INFO: LogLevel.INFO, AlertSeverity.WARNING: LogLevel.WARNING,
    AlertSeverity.CRITICAL: LogLevel.CRITICAL,
}


@dataclass(frozen=True)
class Watched:
    opened: int = 0
    resolved: int = 0


def take_turn(by: str, *, after_turns: int = 1, patience: elections.Patience | None = None) -> bool:
    """Win the right to evaluate: at most one caller in `ALERT_EVERY_S`; with `after_turns`, only when nobody has for
    so many turns."""
    every = dt.timedelta(seconds=settings.ALERT_EVERY_S * after_turns)
    return elections.win(ALERTS, every, by=by, patience=patience) is not None


def stand_in(by: str, patience: elections.Patience | None = None) -> Watched | None:
    """Evaluate for workers that seem to be dead; None while they do it themselves."""
    return evaluate() if take_turn(by, after_turns=LATE_AFTER_TURNS, patience=patience) else None


@dataclass(frozen=True)
class _View:
    """What an evaluation is made from.  `readings`: by rule; none of a rule that is off, or cannot be measured."""

    now: dt.datetime
    rules: list[AlertRule]
    standing: Mapping[tuple[int, str], Alert]
    readings: Mapping[int, list[Reading]]


def evaluate() -> Watched:
    """Let every rule meet what is measured.  A rule that cannot be evaluated does not stop the others."""
    try:
        with clock.one_moment():      # twenty queries, and one transaction
            view = _view(_measured)
    except (OperationalError, InterfaceError):
        raise
    except Exception:      # whatever it was, the moment is over for the other rules, too
        view = _view(_measured_apart)
    opened = resolved = 0
    for rule in view.rules:
        mine = {key: alert for (rule_id, key), alert in view.standing.items() if rule_id == rule.pk}
        try:
            moves = _evaluate_rule(rule, mine, view)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _log_failed(rule)
            continue
        opened += moves.count(Move.OPEN)
        resolved += moves.count(Move.RESOLVE)
    return Watched(opened, resolved)


def _view(measured: Callable[[list[AlertRule], dt.datetime], Mapping[int, list[Reading]]]) -> _View:
    now = clock.now()
    rules = list(AlertRule.objects.all())
    standing: dict[tuple[int, str], Alert] = {}
    for alert in Alert.objects.filter(Q(state__in=UNRESOLVED) | Q(is_silenced=True)).order_by("id"):
        standing[alert.rule_id, alert.key] = alert
    return _View(now, rules, standing, measured([rule for rule in rules if rule.is_enabled], now))


def _measured(rules: list[AlertRule], now: dt.datetime) -> dict[int, list[Reading]]:
    return {
        rule.pk: measurements.measure(
            Condition(rule.condition), now=now, threshold=rule.threshold, window=dt.timedelta(seconds=rule.window_s))
        for rule in rules
    }


def _measured_apart(rules: list[AlertRule], now: dt.datetime) -> dict[int, list[Reading]]:
    """One of `rules` is to blame, and only that one is left out."""
    readings: dict[int, list[Reading]] = {}
    for rule in rules:
        try:
            readings |= _measured([rule], now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _log_failed(rule)
    return readings


def _log_failed(rule: AlertRule) -> None:
    _logger.exception("the alert rule %s could not be evaluated", rule.pk)


def _evaluate_rule(rule: AlertRule, mine: dict[str, Alert], view: _View) -> list[Move]:
    now = view.now
    if not rule.is_enabled:
        return [_resolve(rule, alert, now, "the rule was disabled") for alert in mine.values()]
    if rule.pk not in view.readings:
        return []
    condition = Condition(rule.condition)
    bad = {one.key: one for one in view.readings[rule.pk] if alerting.holds(condition, rule.threshold, one.value)}
    moves = []
    for key in sorted(bad.keys() | mine.keys()):
        alert, reading = mine.get(key), bad.get(key)
        move = alerting.move(
            _standing_of(alert), is_bad=reading is not None, resolve_after=rule.resolve_after)
        moves.append(_make(move, rule, alert, reading, now))
    return moves


def _standing_of(alert: Alert | None) -> AlertStanding:
    if alert is None:
        return AlertStanding()
    return AlertStanding(alert.state != AlertState.RESOLVED, alert.is_silenced, alert.clear_rounds)


def _make(move: Move, rule: AlertRule, alert: Alert | None, reading: Reading | None, now: dt.datetime) -> Move:
    """Write `move` down; what was made of it."""
    match move:
        case Move.OPEN:
            assert reading is not None, "only what is bad opens an alert"
            return _open(rule, reading, now)
        case Move.COUNT:
            assert alert is not None and reading is not None, "only an open alert goes on"
            _count(rule, alert, reading, now)
        case Move.CLEAR:
            assert alert is not None, "only an open alert clears"
            Alert.objects.filter(pk=alert.pk).update(clear_rounds=F("clear_rounds") + 1)
        case Move.RESOLVE:
            assert alert is not None, "only an open alert is resolved"
            return _resolve(rule, alert, now, "the condition is gone")
        case Move.FORGET:
            assert alert is not None, "only a silenced alert is forgotten"
            Alert.objects.filter(pk=alert.pk).update(is_silenced=False)
        case Move.NOTHING:
            pass
    return move


def _open(rule: AlertRule, reading: Reading, now: dt.datetime) -> Move:
    try:
        with transaction.atomic(durable=True):
            alert = Alert.objects.create(
                rule=rule, key=reading.key, severity=rule.severity, value=reading.value, worst=reading.value,
                sentence=reading.sentence, next_step=CONDITION_MEANINGS[Condition(rule.condition)].next_step,
                first_seen_at=now, last_seen_at=now, told_at=now,
            )
            journal.write(
                None, "alert_opened", f"{CONDITION_MEANINGS[Condition(rule.condition)].title}: {reading.sentence}",
                level=_LEVELS[AlertSeverity(rule.severity)], advice=alert.next_step, alert=alert.pk, rule=rule.name,
                key=reading.key, value=reading.value,
            )
            deliveries.tell_of_alert(webhooks.ALERT_OPENED, alert, now)
    except IntegrityError:
        return Move.NOTHING      # another evaluation was faster
    return Move.OPEN


def _count(rule: AlertRule, alert: Alert, reading: Reading, now: dt.datetime) -> None:
    worst = (min if CONDITION_MEANINGS[Condition(rule.condition)].is_bad_below else max)(alert.worst, reading.value)
    reminds = (
        rule.remind_after_s and alert.state == AlertState.OPEN and alert.told_at is not None
        and now - alert.told_at >= dt.timedelta(seconds=rule.remind_after_s)
    )
    with transaction.atomic(durable=True):
        Alert.objects.filter(pk=alert.pk, state__in=UNRESOLVED).update(
            count=F("count") + 1, clear_rounds=0, last_seen_at=now, value=reading.value, worst=worst,
            sentence=reading.sentence,
        )
        if reminds and Alert.objects.filter(pk=alert.pk, told_at=alert.told_at).update(told_at=now):
            alert.refresh_from_db()
            deliveries.tell_of_alert(webhooks.ALERT_CONTINUES, alert, now)


def _resolve(rule: AlertRule, alert: Alert, now: dt.datetime, note: str) -> Move:
    with transaction.atomic(durable=True):
        moved = Alert.objects.filter(pk=alert.pk, state__in=UNRESOLVED).update(
            state=AlertState.RESOLVED.value, resolved_at=now, resolve_note=note, clear_rounds=0)
        if not moved:
            Alert.objects.filter(pk=alert.pk).update(is_silenced=False)
            return Move.FORGET
        alert.refresh_from_db()
        journal.write(
            None, "alert_resolved",
            f"{CONDITION_MEANINGS[Condition(rule.condition)].title}: {note}, after {alert.count} evaluations.",
            alert=alert.pk, rule=rule.name, key=alert.key,
        )
        deliveries.tell_of_alert(webhooks.ALERT_RESOLVED, alert, now)
    return Move.RESOLVE
