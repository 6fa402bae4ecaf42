"""Personal data at rest: columns that are written encrypted, under a key of the person or of her case.

    master key (by reference, outside)  -> wraps the keys of persons and that of the installation
    key of a person   (`data_key`)      -> encrypts what is about the account, wraps the keys of her cases
    key of a case     (`instance.case_key`) -> encrypts what is about the case

A key is destroyed by forgetting what it was wrapped into: what it encrypted stays, and says nothing any more. Why so:
docs/decisions/0024. Everything above the store sees clear values only; `engine.store` alone speaks of keys.
"""
