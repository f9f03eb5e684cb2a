"""What a document is asked to be, as one value: for whoever judges, routes, prices, finds or stores it."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from generation.core.cache_key import free_text_of, shape_of
from generation.core.kind import JsonObject, as_json
from generation.core.prompting import Kind, Stage
from generation.kinds import all_kinds
from generation.models import Job, Route, Strategy


@dataclass(frozen=True)
class JobSpec:
    """A request that has been understood: it could be accepted, as far as its content goes."""

    kind: Kind
    strategy: str
    brief: JsonObject            # as it is stored
    units: int
    title: str                   # the working title, until the plan has a better one
    route: Route | None = None   # once one is chosen

    @classmethod
    def understood(cls, kind: Kind, strategy: str, typed: Any) -> "JobSpec":     # Any: the kind's Brief
        """The request for `typed`, on no route yet."""
        spec = cls(kind, strategy, as_json(typed), kind.unit_count(typed), kind.working_title(typed))
        spec.__dict__["typed_brief"] = typed      # as the property would find it
        return spec

    @classmethod
    def of(cls, job: Job) -> "JobSpec | None":
        """What `job` was asked to be; None if this process does not know its kind."""
        kind = all_kinds().get(job.kind)
        if kind is None:
            return None
        return cls(kind, job.strategy, job.brief, job.unit_total, job.title, job.route)

    def on(self, route: Route) -> "JobSpec":
        return self._but(route=route)

    def of_units(self, units: int) -> "JobSpec":
        """As much of it as is left to make."""
        return self._but(units=units)

    def _but(self, **changed: Any) -> "JobSpec":     # Any: as the fields
        """A copy, which need not work out again what follows from the brief."""
        copy = replace(self, **changed)
        copy.__dict__.update({name: self.__dict__[name] for name in _OF_THE_BRIEF if name in self.__dict__})
        return copy

    @property
    def chosen_route(self) -> Route:
        assert self.route is not None, "whoever asks for it has chosen one"
        return self.route

    @property
    def first_stage(self) -> Stage:
        """What the first call is for."""
        return Stage.WHOLE if self.strategy == Strategy.SINGLE else Stage.PLAN

    @cached_property
    def typed_brief(self) -> Any:     # Any: the kind's Brief
        return self.kind.brief(self.brief)

    @cached_property
    def brief_text(self) -> str:
        """The brief as JSON, for whoever counts its tokens."""
        return json.dumps(self.brief, ensure_ascii=False)

    @property
    def shape(self) -> str:
        """See `generation.core.cache_key.shape_of`."""
        return shape_of(self.kind, self.brief)

    @property
    def free_text(self) -> str:
        return free_text_of(self.kind, self.brief)


_OF_THE_BRIEF = ("typed_brief", "brief_text")
