"""`python -m streetaudit` is the command line."""

from streetaudit.commands.app import main

if __name__ == "__main__":
    main()
