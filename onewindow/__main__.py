"""`python -m onewindow`: the command line, for child processes and where no script is installed."""

from onewindow.cli import main

if __name__ == "__main__":
    main()
