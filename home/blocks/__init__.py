from home.blocks.base import IllustratedBlock
from home.blocks.figure import FigureBlock
from home.blocks.front import DoorBlock, PracticeBlock
from home.blocks.media import AudioBlock, DownloadBlock, PictureBlock, VideoBlock
from home.blocks.text import AccordionBlock, CalloutBlock, ParagraphsBlock, QuoteBlock

# What a page of text or a lesson may hold, as `StreamField` wants it.
SHARED_BLOCKS = [
    ("text", ParagraphsBlock()),
    ("callout", CalloutBlock()),
    ("quote", QuoteBlock()),
    ("accordion", AccordionBlock()),
    ("figure", FigureBlock()),
    ("picture", PictureBlock()),
    ("video", VideoBlock()),
    ("audio", AudioBlock()),
    ("download", DownloadBlock()),
]

__all__ = [
    "SHARED_BLOCKS",
    "AccordionBlock",
    "AudioBlock",
    "CalloutBlock",
    "DoorBlock",
    "DownloadBlock",
    "FigureBlock",
    "IllustratedBlock",
    "ParagraphsBlock",
    "PictureBlock",
    "PracticeBlock",
    "QuoteBlock",
    "VideoBlock",
]
