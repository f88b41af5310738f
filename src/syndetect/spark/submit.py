"""What ``spark-submit`` runs: a scan in the session that its command line asks for.

spark-submit [OPTIONS OF SPARK] submit.py PATH... OUTPUT [--set NAME=VALUE]
"""

import argparse
import json


def main() -> None:
    """Scan, and print the counts of the manifest."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (an extra)

    from syndetect.settings import Settings  # noqa: PLC0415
    from syndetect.spark import scan  # noqa: PLC0415

    parser = argparse.ArgumentParser(description="Find every passage that two or more articles share.")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="of Parquet or of JSON Lines")
    parser.add_argument("output", metavar="OUTPUT", help="the folder of the result")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting")
    given = parser.parse_args()
    settings = {name: json.loads(value) for name, _, value in (one.partition("=") for one in given.set)}
    session = SparkSession.builder.appName("syndetect").getOrCreate()
    manifest = scan(given.paths, given.output, Settings.from_dict(settings), spark=session)
    print(json.dumps(manifest["counts"]))  # noqa: T201  (the driver's log)


if __name__ == "__main__":
    main()
