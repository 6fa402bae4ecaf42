"""The files of decisions of a bundle that import others: linked with those of the bundle, else with those deployed.

The versions are bound here, at deployment: what an imported model becomes later does not change what stands. Pure; what
is deployed is asked through a function.
"""

from __future__ import annotations

from engine.diagnostics import Diagnostic, ModelRefused
from engine.dmn import Definitions, FindModel, FoundModel, imported_models
from engine.runtime.bundle import Bundle, checksum, take_decisions
from engine.runtime.decisions import links_of


def link_decisions(bundle: Bundle, deployed: FindModel) -> None:
    """Compile the files that import others and take in what they hold. Faults become findings of the bundle.

    `deployed` tells the newest deployed model of a namespace.
    """
    for name, definitions in bundle.decisions.items():
        if not definitions.imports:
            continue
        try:
            _link(bundle, name, definitions, _beside(bundle, deployed))
        except ModelRefused as refused:
            bundle.findings.extend(refused.diagnostics)


def _link(bundle: Bundle, name: str, definitions: Definitions, find: FindModel) -> None:
    imports = imported_models(definitions, find)
    links = links_of(bundle.sums[name], imports)
    content = links.to_bytes()
    kept_as = checksum(content)
    bundle.contents[kept_as] = content
    bundle.links[kept_as] = (links.checksum, *links.imports.values())
    take_decisions(bundle, name, definitions, kept_as, imports)


def _beside(bundle: Bundle, deployed: FindModel) -> FindModel:
    """Where the imports of a file of the bundle are looked for: beside it first."""

    def find(namespace: str) -> FoundModel | None:
        here = [(name, one) for name, one in bundle.decisions.items() if one.namespace == namespace]
        if not here:
            return deployed(namespace)
        if len(here) > 1:
            files = ", ".join(name for name, _ in here)
            raise ModelRefused(
                [
                    Diagnostic(
                        "ambiguous-import",
                        f"The models of {files:.300} have one namespace, `{namespace:.200}`, which is imported.",
                        "Give each model a namespace of its own.",
                        file=here[0][0],
                    )
                ]
            )
        name, definitions = here[0]
        return FoundModel(definitions, bundle.sums[name], find)

    return find
