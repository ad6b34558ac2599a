"""TagsOfSampler: what imbalanced-learn reads off a sampler, spelt out so as not to import it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from sklearn.utils import InputTags, Tags


@dataclass(slots=True)
class _SamplerTags:
    sample_indices: bool = True


@dataclass(slots=True)
class _SamplerInputTags(InputTags):  # type: ignore[misc]
    dataframe: bool = True


@dataclass(slots=True)
class TagsOfSampler(Tags):  # type: ignore[misc]
    """Tags with those that only samplers have."""

    sampler_tags: _SamplerTags = field(default_factory=_SamplerTags)


def as_sampler(tags: Any) -> TagsOfSampler:
    """Make the tags of an estimator those of a sampler."""
    tags.input_tags = _SamplerInputTags(**_fields_of(tags.input_tags))
    return TagsOfSampler(**{**_fields_of(tags), "estimator_type": "sampler"})


def _fields_of(tags: Any) -> dict[str, Any]:
    return {entry.name: getattr(tags, entry.name) for entry in fields(tags)}
