"""What a person names: a passage by its number, an article by its id."""

import polars as pl

from syndetect.errors import ResultError

_MOST_SUGGESTED = 3
_MOST_DIGITS = 18  # of a number that an int64 holds


def meant(
    name: str, documents: pl.DataFrame, passages: pl.DataFrame, *, is_article: bool = False
) -> int | str:
    """The ``passage_id`` (int) or the ``doc_id`` (str) that a name stands for.

    A number is a passage where the result has that passage, else the article of this id.

    Args:
        name: as a person wrote it.
        documents, passages: the tables of a result.
        is_article: the name is the id of an article, also where there is a passage of this number.

    Raises:
        ResultError: there is neither; the message names articles whose ids contain the name.
    """
    is_number = name.isascii() and name.isdigit()
    if is_number and not is_article and len(name) <= _MOST_DIGITS and int(name) in passages["passage_id"]:
        return int(name)
    if is_an_article(name, documents):
        return name
    if is_number and not is_article:
        raise no_passage(int(name[:_MOST_DIGITS]), passages)
    similar = documents.filter(pl.col("doc_id").str.to_lowercase().str.contains(name.lower(), literal=True))
    some = ", ".join(similar["doc_id"].head(_MOST_SUGGESTED))
    more = ", ..." if similar.height > _MOST_SUGGESTED else ""
    advice = f"ids with this in them: {some}{more}" if some and name else "ids stand in the table documents"
    raise ResultError(f"there is no article {name}: {advice}")


def is_an_article(name: str, documents: pl.DataFrame) -> bool:
    """Whether an article has this id."""
    return not documents.filter(pl.col("doc_id") == name).is_empty()


def no_passage(number: int, passages: pl.DataFrame) -> ResultError:
    """The error that tells which passages there are."""
    last = passages["passage_id"].n_unique()
    known = f"this result has 1 to {last}" if last else "this result has none"
    return ResultError(f"there is no passage {number}: {known}")
