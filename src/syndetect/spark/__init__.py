"""Scans in Spark, with the same result as on one machine."""

from typing import TYPE_CHECKING, Any

from syndetect.errors import MissingExtraError

if TYPE_CHECKING:
    from syndetect.spark.run import scan as scan

__all__ = ["scan"]


def __getattr__(name: str) -> Any:
    """Import the function where it is asked for.

    Raises:
        MissingExtraError: PySpark, pandas or pyarrow is not installed.
    """
    if name != "scan":
        raise AttributeError(name)
    for library in ("pyspark", "pandas", "pyarrow"):
        try:
            __import__(library)
        except ImportError as error:
            raise MissingExtraError(f"to scan in Spark, pip install 'syndetect[spark]' ({error})") from error
    from syndetect.spark.run import scan  # noqa: PLC0415

    return scan
