"""Tables of the hub, by noun."""

from phone_numbers.models.applied_rules import AppliedRule
from phone_numbers.models.areas import AreaRelease, Country
from phone_numbers.models.campaigns import CallerIdChoice, Campaign, CampaignNumber
from phone_numbers.models.checks import NumberCheck
from phone_numbers.models.counts import NumberCount, RatingDay
from phone_numbers.models.evidence import Complaint, ComplaintDay, NumberEvent, Reading, Source, SourceView
from phone_numbers.models.feeds import Feed, FeedRun
from phone_numbers.models.imports import ImportChunk, ImportJob, ImportRow
from phone_numbers.models.inventory import AreaPrefix, NumberStatus, PhoneNumber

__all__ = [
    "AppliedRule",
    "AreaPrefix",
    "AreaRelease",
    "CallerIdChoice",
    "Campaign",
    "CampaignNumber",
    "Complaint",
    "ComplaintDay",
    "Country",
    "Feed",
    "FeedRun",
    "ImportChunk",
    "ImportJob",
    "ImportRow",
    "NumberCheck",
    "NumberCount",
    "NumberEvent",
    "NumberStatus",
    "PhoneNumber",
    "RatingDay",
    "Reading",
    "Source",
    "SourceView",
]
