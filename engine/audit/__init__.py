"""The journal's arithmetic: what makes a change of it evident.

In: entries, heads, hashes. Out: chains, trees, seals, proofs; and the first place that does not hold. Pure: no disk, no
key, nothing of ours but `engine.errors`.

    entries  bound to those before              merkle   a tree over heads, its proofs (RFC 9162)
    seal     what is signed and kept outside            signature  the keys of it
    proof    of one entry, for a QR code
"""

from engine.audit.entries import GENESIS, Broken, ChainedEntry, Entry, canonical_json, chain, digest, hash_of, verify
from engine.audit.merkle import (
    Frontier,
    ProofPlan,
    Subtree,
    consistency_path,
    holds_consistency,
    holds_inclusion,
    inclusion_path,
    leaf_hash,
    plan_consistency,
    plan_inclusion,
    root_of,
)
from engine.audit.proof import EntryProof, UnreadableProof
from engine.audit.seal import Seal, SealedHead, SignedSeal, UnreadableSeal
from engine.audit.signature import SealKey, UnreadableKey, VerifyKey

__all__ = [
    "GENESIS",
    "Broken",
    "ChainedEntry",
    "Entry",
    "EntryProof",
    "Frontier",
    "ProofPlan",
    "Seal",
    "SealKey",
    "SealedHead",
    "SignedSeal",
    "Subtree",
    "UnreadableKey",
    "UnreadableProof",
    "UnreadableSeal",
    "VerifyKey",
    "canonical_json",
    "chain",
    "consistency_path",
    "digest",
    "hash_of",
    "holds_consistency",
    "holds_inclusion",
    "inclusion_path",
    "leaf_hash",
    "plan_consistency",
    "plan_inclusion",
    "root_of",
    "verify",
]
