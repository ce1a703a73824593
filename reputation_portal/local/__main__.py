"""Command line: `python -m reputation_portal.local COMMAND`."""

import sys
from importlib import import_module

from reputation_portal.local.errors import LocalError

# Each module has `main(arguments)`; it is imported only when asked for, because the screenshot needs the test packages.
COMMANDS = {
    "run": ("supervisor", "start the whole portal and keep it running until Ctrl-C"),
    "servers": ("servers", "start PostgreSQL and Redis only, and print the lines a shell needs"),
    "env": ("environment", "print the environment of this VAR_DIR as shell lines"),
    "dotenv": ("dotenv", "make .env with secrets for docker compose"),
    "frontend": ("frontend", "install the front-end packages into static/vendor"),
    "browser": ("browser", "unpack the browser of the tests and print its path"),
    "screenshot": ("screenshot", "take a picture of a page"),
}


def main() -> None:
    """Run one command. A LocalError becomes a sentence and exit code 1."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        sys.exit("Commands:\n" + "\n".join(f"  {command:11} {text}" for command, (_, text) in COMMANDS.items()))
    try:
        import_module(f"reputation_portal.local.{COMMANDS[name][0]}").main(sys.argv[2:])
    except LocalError as error:
        sys.exit(f"Stopped: {error}")


if __name__ == "__main__":
    main()
