"""The use cases: one file each, one transaction each (`docs`: design, "One transaction a use case").

In: load under lock, step a copy of the instance, record what the step did, commit. Out: SQL (`store`), how a model runs
(`bpmn.kernel`), calls to the outside (`jobs` and `connectors`: a step writes a job row, the worker calls).
Who may import this: `jobs`, `api`, `portal`, `onewindow`. Never imported here: connectors, forms, Flask, SQLAlchemy,
SpiffWorkflow; forms and the names of connectors are handed in through `ports`.

Every use case takes a `Runtime` (`wiring`) first and who acts as `by`. Variables and answers are FEEL values by name
(`engine.feel.plain.from_json` makes them of JSON). What a caller may not know exists is NotFound.

    deploy.deploy(runtime, files: Mapping[str, bytes], *, by) -> DeploymentResult            ModelRefused
    deploy.check(runtime, files) -> tuple[Diagnostic, ...]                                    changes nothing
    apply.apply(runtime, service_key, answers, *, by, channel="online") -> Case            NotFound, Invalid, Forbidden
    start.start_instance(runtime, process_id, variables, *, by, version=None) -> StartedInstance
    claim.claim(runtime, task_id, *, by) -> Task                                              TaskTaken, TaskDone
    release.release(runtime, task_id, *, by) -> Task
    assign.assign(runtime, task_id, account, *, by) -> Task                                   supervisors
    save_draft.save_draft(runtime, task_id, answers, *, by) -> Task
    complete.complete(runtime, task_id, answers, *, by) -> CompletedTask                      TaskDone, Invalid (places)
    publish_message.publish_message(runtime, name, correlation_key, variables, *, by, ttl_seconds=0, message_id=None)
        -> PublishedMessage
    broadcast_signal.broadcast_signal(runtime, name, variables, *, by) -> BroadcastSignal
    withdraw.withdraw(runtime, case_id, *, by) -> Case                                        the applicant's own
    cancel.cancel_instance(runtime, instance_id, reason, *, by) -> None
    set_variables.set_variables(runtime, instance_id, variables, *, by) -> None
    external_jobs.fetch_jobs(runtime, types, *, worker, by, at_most=10, lease_seconds=60) -> tuple[Job, ...]
    external_jobs.extend_lease(runtime, job_id, *, worker, by, lease_seconds=60) -> Job
    finish_job.complete_job(runtime, job_id, variables, *, owner, by) -> None                 LeaseLost
    finish_job.fail_job(runtime, job_id, message, *, owner, by, retry_after=None, at_once=False) -> None   LeaseLost
    finish_job.throw_error(runtime, job_id, code, message, variables, *, owner, by) -> None   LeaseLost
    incidents.retry_incident(runtime, incident_id, *, by) -> None
    incidents.resolve_incident(runtime, incident_id, variables, *, by) -> None
    evaluate.evaluate_decision(runtime, decision_id, inputs, *, by, version=None) -> EvaluatedDecision

Only the worker calls: fire_timer.fire_timer, go_on.go_on (a step that spent its budget), spread.* (broadcast, starts).

An answer to be repeated for the same Idempotency-Key is kept in the very transaction of its effect: pass
`runtime.recording(lambda work, result: ...)` instead of `runtime`; the function runs before the commit.
"""
