"""The ``unmangle`` command.  A module for each subcommand; what one needs is imported when it runs."""
