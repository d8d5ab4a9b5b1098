"""`python -m dlfaq` is `dlfaq`."""

from dlfaq.cli import main

if __name__ == "__main__":
    main()
