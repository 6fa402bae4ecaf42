"""The core of Onewindow: no Flask, no HTML.

In: the languages of models (`feel`, `dmn`, `bpmn`), the domain of a case (`casework`, `calendar`, `identity`), and
around them the store, the use cases, the jobs and the connectors. Out: HTTP, pages, settings. Imported by `forms`,
`api`, `portal` and `onewindow`; imports none of them.
"""
