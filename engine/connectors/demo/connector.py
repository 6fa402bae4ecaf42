"""A connector that calls nobody: to try a model, and to see what it does when a partner fails.

Header `mode`: `ok` gives the variables named in `echo` back, `unavailable` and `refused` fail, `error` throws the
business error `code`. With `times` it fails only in the first attempts, then goes well.
"""

from __future__ import annotations

from typing import Final

from engine.connectors.contract import (
    RESULT_VARIABLE,
    BusinessError,
    JobOutcome,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    Setting,
    SettingsSchema,
    Success,
)


class DemoConnector:
    """The connector `demo`."""

    name: Final = "demo"
    settings: Final = SettingsSchema(
        (
            Setting(name="mode", description="what happens.", choices=("ok", "unavailable", "refused", "error")),
            Setting(name="times", description="how many attempts fail; all without it.", pattern="[0-9]{1,3}"),
            Setting(name="code", description="code of the business error.", example="no-record"),
            Setting(name="message", description="what it says when it fails."),
            RESULT_VARIABLE,
        )
    )

    def call(self, request: JobRequest) -> JobOutcome:
        """Do as the headers say; `resultVariable` takes all variables the task sees."""
        mode = request.headers.get("mode", "ok")
        times = request.headers.get("times")
        if mode == "ok" or (times is not None and request.attempt > int(times)):
            name = request.headers.get("resultVariable")
            return Success(variables={name: dict(request.variables)} if name else {})
        message = request.headers.get("message", "The demonstration was told to fail.")
        if mode == "unavailable":
            raise PartnerUnavailable(message, retry_after_seconds=1)
        if mode == "refused":
            raise PartnerRefused(message, remedy="Change the header `mode` of the task.")
        return BusinessError(code=request.headers.get("code", "demo"), message=message)

    def check(self) -> None:
        """Always in order."""
