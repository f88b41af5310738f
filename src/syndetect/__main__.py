"""``python -m syndetect`` is the command ``syndetect``."""

from syndetect.cli.program import main

if __name__ == "__main__":
    main(prog_name="syndetect")
