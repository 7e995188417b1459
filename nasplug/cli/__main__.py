"""`python -m nasplug.cli`: the command line without its installed script."""

from nasplug.cli.group import main

if __name__ == "__main__":
    main()
