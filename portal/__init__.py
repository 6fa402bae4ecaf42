"""The portal: the pages that people see, one folder an audience.

In: use cases (`engine.runtime`), read models (`engine.store.queries`), forms, and the door. Out: HTML that works
without JavaScript, in az, en and ru. No rule of the domain lives here, no SQL and no JSON API. Only `onewindow`
imports this package; it imports neither `api` nor `onewindow`. `scripts/assets` builds styles and scripts from
`assets`.
"""
