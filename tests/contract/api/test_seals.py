"""Seals for anyone: as they were signed, and with the proof that they go on from one another."""

from __future__ import annotations

import json

from engine.audit import SealKey, SignedSeal, holds_consistency
from engine.runtime.seal_journal import seal_journal
from tests.builders.a_model import a_process
from tests.builders.an_api import Api


def a_step(api: Api, number: int) -> None:
    """Something the journal tells of."""
    process = a_process(f"p{number}").start().end()
    api.deploy_files({f"p{number}.bpmn": process.xml()})
    api.post("/instances", "operator", {"process_id": f"p{number}"})


def test_anyone_gets_seals_and_proofs(api: Api) -> None:
    key = SealKey.made()
    for number in range(3):
        a_step(api, number)
        seal_journal(api.runtime, key)

    listed = api.get("/seals", None).json["items"]
    seals = [SignedSeal.read(json.dumps(one).encode()) for one in listed]
    proof = api.get("/seals/3/consistency?since=1", None).json

    assert [one.seal.number for one in seals] == [3, 2, 1]
    assert all(one.holds(key.verifier) for one in seals)
    assert api.get("/seals/2", None).json == listed[1]
    assert [one["number"] for one in api.get("/seals?before=3&limit=1", None).json["items"]] == [2]
    path = [bytes.fromhex(one) for one in proof["path"]]
    first, last = seals[2].seal, seals[0].seal
    assert holds_consistency(first.size, last.size, first.root, last.root, path)


def test_seals_that_are_not_there_are_not_found(api: Api) -> None:
    for path in ("/seals/1", "/seals/0", "/seals/99999999999999", "/seals/1/consistency?since=1"):
        assert api.get(path, None).status_code == 404, path


def test_the_order_of_a_proof_matters(api: Api) -> None:
    key = SealKey.made()
    for number in range(2):
        a_step(api, number)
        seal_journal(api.runtime, key)
    assert api.get("/seals/1/consistency?since=2", None).status_code == 422
    assert api.get("/seals/2/consistency", None).status_code == 422
    assert api.get("/seals/2/consistency?since=2", None).json["path"] == []
