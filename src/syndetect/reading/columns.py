"""The columns of a record by their meaning."""

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from syndetect.errors import InputError
from syndetect.reading.encoding import UnusableError
from syndetect.reading.notes import NO_TEXT_COLUMN, listed

#: A record of a file under the file's own names, or why it cannot be used.
Record = Mapping[str, Any] | UnusableError

#: The names that a column may have; of those that a record has, the first counts that holds something. They are the
#: names of extractors (trafilatura, news-please, newspaper, readability, fundus), of feeds and interfaces (NewsAPI,
#: GDELT, Media Cloud, Event Registry, Webz.io, WordPress, Guardian, New York Times, schema.org) and of data sets
#: (CC-News, RealNews, All the News, CNN/DailyMail, XSum, MIND, LexisNexis, Factiva). :func:`folded` makes them alike.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "doc_id", "document_id", "article_id", "news_id", "story_id", "stories_id", "item_id", "record_id",
        "uuid", "guid", "uri",
    ),
    "text": (
        "text", "maintext", "main_text", "body", "content", "plaintext", "plain_text", "text_content", "article_body",
        "body_text", "fields.bodyText", "article_text", "full_text", "content_text", "raw_text", "clean_text",
        "cleaned_text", "news_text", "article_content", "article", "story", "document", "contents", "raw_content",
        "content:encoded", "fields.body",
    ),
    "source": (
        "source", "outlet", "source_domain", "newspaper", "series", "source_name", "publication", "publication_name",
        "media_name", "media_outlet", "outlet_name", "news_source", "newspaper_name", "publisher",
        "publisher_name", "publisher.name", "source.name", "source_common_name", "site_name", "og:site_name",
        "provider", "hostname", "host", "domain", "site", "thread.site", "website", "source_url", "media_url",
        "source_uri",
    ),
    "published": (
        "published", "published_at", "date_publish", "publish_date", "date", "created", "date_published",
        "publishing_date", "publication_date", "published_date", "pub_date", "published_time",
        "article:published_time", "published_on", "publication_time", "publish_time", "date_time_pub", "datetime",
        "web_publication_date", "seendate", "dc:date", "created_at", "posted_at", "date_posted", "timestamp",
    ),
    "title": (
        "title", "headline", "headlines", "heading", "article_title", "news_title", "web_title", "og:title",
        "fields.headline", "dc:title", "headline.main",
    ),
    "url": (
        "url", "link", "permalink", "web_url", "article_url", "article_link", "news_url", "page_url", "source_link",
        "canonical_url", "canonical_link", "og:url", "requested_url", "document_identifier", "href",
        "main_entity_of_page",
    ),
    "author": (
        "author", "authors", "byline", "creator", "author_name", "author_names", "writer", "reporter", "journalist",
        "fields.byline", "dc:creator", "author.name", "byline.original",
    ),
}  # fmt: skip
#: For each entry of :data:`ALIASES`, the columns of a record that may hold it.
Keys = tuple[tuple[str, ...], ...]


def folded(name: str) -> str:
    """A column's name without regard to case and to what stands between words: ``Published At`` is ``publishedAt``."""
    return re.sub(r"[\s_.:-]+", "", name).lower()


_FOLDED = {ours: tuple(dict.fromkeys(map(folded, names))) for ours, names in ALIASES.items()}


class Columns:
    """The columns of a record by their meaning.

    Args:
        named: from the names in :data:`ALIASES` to the user's, which then have no aliases.
        elsewhere: the names of columns that are not in the records but hold for all of them, as of a partition.
    """

    def __init__(self, named: Mapping[str, str] | None = None, elsewhere: Iterable[str] = ()) -> None:
        self.named = named or {}
        self._elsewhere = tuple(elsewhere)

    def keys(self, names: Iterable[Any]) -> Keys:
        """For each entry of :data:`ALIASES` those of ``names`` that may hold it, in order of preference."""
        names = [name for name in names if isinstance(name, str)]
        found: dict[str, str] = {}
        for name in sorted(names, key=lambda name: (name != name.lower(), name != folded(name))):
            found.setdefault(folded(name), name)
        return tuple(
            ((theirs,) if theirs in names else _named(found, theirs))
            if (theirs := self.named.get(ours)) is not None
            else tuple(found[alias] for alias in _FOLDED[ours] if alias in found)
            for ours in ALIASES
        )

    def require(self, names: Iterable[Any], place: str) -> None:
        """Raise InputError where a column that the user named is not among ``names``."""
        names = [name for name in names if isinstance(name, str)]
        known = {folded(name) for name in chain(names, self._elsewhere)} | set(names)
        for theirs in self.named.values():
            if theirs not in known and folded(theirs) not in known:
                raise InputError(f"{place} has no column {theirs!r}, only {listed(names)}")

    def of_table(self, names: list[str], place: str) -> list[str]:
        """The columns of a table that are needed.

        Raises:
            InputError: a column that the user named is not there.
            UnusableError: none of them holds text.
        """
        self.require(names, place)
        keys = self.keys(names)
        if not keys[1]:
            raise no_text(names)
        return list(dict.fromkeys(chain.from_iterable(keys)))


def _named(found: Mapping[str, str], theirs: str) -> tuple[str, ...]:
    """The column that the user means, whose name may be written in another way."""
    return (found[folded(theirs)],) if folded(theirs) in found else ()


def no_text(names: Iterable[Any]) -> UnusableError:
    """The message where no column holds text."""
    return UnusableError(
        f"{NO_TEXT_COLUMN}, only {listed([name for name in names if isinstance(name, str)])}"
    )
