"""Convert HTML of others to Markdown that means the same, or to plain text.

`html` writes HTML in the elements that Markdown has and counts what it leaves out; `markdown` makes
the body of an entry of it and proves that words, links, pictures and numbers are the same.
"""

from ilofeed.importers.markup.markdown import Body, from_markdown, plain, to_markdown

__all__ = ["Body", "from_markdown", "plain", "to_markdown"]
