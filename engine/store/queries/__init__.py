"""Read models: what a screen or an answer of the API shows, a module a noun, bounded and paged.

Each function takes a connection for reading; where it matters who asks, an `Actor`, and then it shows what the use
cases of that actor would accept and nothing else. A list is one statement. What is not there, or not to be known, is
NotFound.
"""
