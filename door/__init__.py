"""The door: what every request passes before a view of the API or a page of the portal answers it.

In: who calls and whether she may, sessions and their cookies, limits, pressure, figures, safe headers, and the status
of every error. Out: what an answer looks like (`api`: JSON and problem documents; `portal`: pages). Imported by `api`,
`portal` and `onewindow`; imports use cases and policy, neither of its guests.
"""
