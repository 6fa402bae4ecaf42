"""The commands of `onewindow`, a file each (or a file for a few of one noun).

Thin: each reads its options and makes one call; what it calls lives in `engine`, `forms` or beside this package.
"""
