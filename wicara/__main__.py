"""`python -m wicara` is the command `wicara`."""

from wicara.cli import main

if __name__ == "__main__":
    main()
