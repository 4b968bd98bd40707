from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

# What text inside a block may hold; the page's own text adds headings.
SHORT_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]


class IllustratedBlock(blocks.StructBlock):
    """A block whose sample, in the editor's language, is shown where blocks are chosen.

    A subclass returns the sample from `sample` and what is wrong with a value from `problems`.
    """

    def sample(self) -> dict:
        raise NotImplementedError

    def problems(self, value) -> dict[str, str]:
        """What must not go out, by child block. Not asked while a draft is saved."""
        return {}

    def mistakes(self, value) -> dict[str, str]:
        """What is wrong even in a draft, by child block."""
        return {}

    def get_preview_value(self):
        return self.normalize(self.sample())

    def clean(self, value):
        cleaned = super().clean(value)
        found = self.mistakes(cleaned)
        if not self.is_deferred_validation:
            found = {**self.problems(cleaned), **found}
        if found:
            raise StructBlockValidationError(
                {name: ValidationError(words) for name, words in found.items()}
            )
        return cleaned
