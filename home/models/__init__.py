from home.models.media import (
    CustomDocument,
    CustomImage,
    CustomMedia,
    CustomRendition,
    Licence,
    MediaTrack,
)
from home.models.pages import BasePage, HomePage, StandardPage
from home.models.settings import SiteSettings, site_name
from home.models.topics import TaggedTopicBase, Topic
from home.models.tree import TreeVersion

__all__ = [
    "BasePage",
    "CustomDocument",
    "CustomImage",
    "CustomMedia",
    "CustomRendition",
    "HomePage",
    "Licence",
    "MediaTrack",
    "SiteSettings",
    "StandardPage",
    "TaggedTopicBase",
    "Topic",
    "TreeVersion",
    "site_name",
]
