"""`onewindow run`: everything on this machine with one command, for trying out and for developing."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Final

import click

from engine.errors import Refused
from onewindow import logs
from onewindow.children import ChildFailed, Children, check_port_is_free
from onewindow.commands.outcome import border
from onewindow.commands.run_posts import (
    CALLBACK_SECRET,
    SANDBOX_HOST,
    SANDBOX_KEY,
    Posts,
    notices_environment,
    start_posts,
)
from onewindow.commands.run_roads import OVER_ROAD, partners_file, start_road
from onewindow.commands.run_timestamps import start_timestamps, timestamps_environment
from onewindow.demo import Demo, prepare
from onewindow.demo_seal import demo_factor_seal, demo_journal_seal, demo_master_key, demo_seal, demo_webhook_seal
from onewindow.filing import files_folder
from onewindow.master_keys import DEMO, DEMO_FILE, demo_file
from onewindow.settings import Settings, environment_with

REGISTERS: Final = ("population", "driver", "medical", "foreign")
_QUIET: Final = {"ONEWINDOW_LOG_FORMAT": "console", "ONEWINDOW_LOG_LEVEL": "warning"}
"""For people before a terminal; what they set themselves counts."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class NotForTheNetwork(Refused):
    """A demonstration with printed passwords must not be reachable from elsewhere."""

    code = "not-for-the-network"


@click.command()
@click.option(
    "--sandbox-port", default=8801, show_default=True, type=click.IntRange(1, 65_535), help="Of the registers."
)
@click.option("--payments-port", type=click.IntRange(1, 65_535), help="Of the payment provider. [default: the next]")
@click.option("--with-timestamps", type=click.IntRange(1, 65_535), help="Port of a simulated time-stamp service, too.")
@click.option("--without-sandbox", is_flag=True, help="Start no simulated partners; ONEWINDOW_REGISTERS names others.")
@border
def run(sandbox_port: int, payments_port: int | None, with_timestamps: int | None, without_sandbox: bool) -> None:
    """Start everything on this machine: database, procedures, accounts, web server, worker and simulated partners.

    Safe to repeat: what is there already is kept. Prints the address, the demonstration accounts and a line to try;
    Ctrl-C stops it all. For demonstration only: it listens on this machine alone and prints passwords.
    """
    environment = {**_QUIET, **environment_with()}
    paid_at = payments_port or sandbox_port + 1
    posts = Posts.after(max(paid_at, sandbox_port))
    road: int | None = None
    if not without_sandbox:
        if not environment.get("ONEWINDOW_PARTNERS"):
            road = max(posts.ports) + 1
        environment |= sandbox_environment(sandbox_port, over_road=road is not None) | payments_environment(paid_at)
        environment = notices_environment(posts) | environment
    if road is not None:
        folder = files_folder(Settings.load(environment)).parent
        environment["ONEWINDOW_PARTNERS"] = str(partners_file(folder, road))
    if with_timestamps is not None:
        environment |= timestamps_environment(with_timestamps)
    environment = identity_environment(journal_environment(webhook_environment(seal_environment(environment))))
    environment = master_key_environment(environment)
    settings = Settings.load(environment)
    logs.configure("warning", "console")
    if settings.host not in _LOOPBACK:
        raise NotForTheNetwork(
            f"`run` prints passwords and is for this machine only, but ONEWINDOW_HOST is {settings.host}.",
            remedy="Use `onewindow serve` and `onewindow worker` to serve others.",
        )
    check_port_is_free(settings.host, settings.port, "ONEWINDOW_PORT, such as ONEWINDOW_PORT=8081")
    if not without_sandbox:
        check_port_is_free(SANDBOX_HOST, sandbox_port, "--sandbox-port")
        check_port_is_free(SANDBOX_HOST, paid_at, "--payments-port")
        for port in (*posts.ports, *([] if road is None else [road])):
            check_port_is_free(SANDBOX_HOST, port, "--sandbox-port")
    if with_timestamps is not None:
        check_port_is_free(SANDBOX_HOST, with_timestamps, "--with-timestamps")
    signal.signal(signal.SIGTERM, _interrupt)
    children = Children(settings.stop_seconds)
    try:
        # Programs start side by side, and while the database is prepared: each needs a second or more of its own.
        if not without_sandbox:
            registers = _sandbox_command(sandbox_port)
            children.start_listener("simulated registers", registers, environment, SANDBOX_HOST, sandbox_port)
            if road is not None:
                start_road(children, road, sandbox_port, environment)
            start_posts(children, posts, f"{_address_of(settings)}/api/v1/notices/callback", environment)
        click.echo("Preparing the database, the procedures and the accounts ...", err=True)
        demo = prepare(settings)
        click.echo("Starting the web server, the worker and the simulated partners ...", err=True)
        serve = [sys.executable, "-m", "onewindow", "serve"]
        children.start_listener("web server", serve, environment, settings.host, settings.port)
        if not without_sandbox:
            provider = _payments_command(paid_at, settings, demo)
            children.start_listener("simulated payment provider", provider, environment, SANDBOX_HOST, paid_at)
        if with_timestamps is not None:
            start_timestamps(children, with_timestamps, environment)
        children.wait_for_listeners()
        # The last one: what it calls must answer.
        children.start("worker", [sys.executable, "-m", "onewindow", "worker"], environment)
        tell(settings, demo, None if without_sandbox else posts)
        ended = children.wait_for_one_to_end()
        raise ChildFailed(f"The {ended} ended by itself; everything was stopped.", remedy="See its lines above.")
    except KeyboardInterrupt:
        click.echo("\nStopping ...")
    finally:
        children.stop()
    click.echo("Stopped. What was done is kept; start again with the same command.")


def sandbox_environment(port: int, *, over_road: bool = False) -> dict[str, str]:
    """The settings that tell the product where the simulated registers answer, and their key.

    With `over_road` one of them is left to the list of partners, which reaches it over X-Road.
    """
    base = f"http://{SANDBOX_HOST}:{port}"
    direct = [name for name in REGISTERS if not (over_road and name == OVER_ROAD)]
    return {
        "ONEWINDOW_REGISTERS": ",".join(f"{name}={base}/{name}/v1" for name in direct),
        **{f"ONEWINDOW_SECRET_{name.upper()}_KEY": SANDBOX_KEY for name in REGISTERS},
    }


def payments_environment(port: int) -> dict[str, str]:
    """The settings that tell the product where the simulated payment provider answers, and their secrets."""
    return {
        "ONEWINDOW_PAYMENT_URL": f"http://{SANDBOX_HOST}:{port}",
        "ONEWINDOW_SECRET_PAYMENT_KEY": SANDBOX_KEY,
        "ONEWINDOW_SECRET_PAYMENT_CALLBACK": CALLBACK_SECRET,
    }


def seal_environment(environment: dict[str, str]) -> dict[str, str]:
    """With a key of the demonstration's own to sign documents with, unless the environment names one."""
    if environment.get("ONEWINDOW_SIGNING_KEYS"):
        return environment
    key, password = demo_seal(files_folder(Settings.load(environment)).parent)
    return environment | {
        "ONEWINDOW_SIGNING_KEYS": f"*={key}",
        "ONEWINDOW_SECRET_SIGNING_PASSWORD_FILE": str(password),
    }


def journal_environment(environment: dict[str, str]) -> dict[str, str]:
    """With a key of the demonstration's own to seal the journal with, and a folder outside the database for seals."""
    if any(name.startswith("ONEWINDOW_SECRET_JOURNAL_SEAL") for name in environment):
        return environment
    folder = files_folder(Settings.load(environment)).parent.absolute()
    said = {
        "ONEWINDOW_SECRET_JOURNAL_SEAL_FILE": str(demo_journal_seal(folder)),
        "ONEWINDOW_SEAL_OUT": str(folder / "seals"),
    }
    return said | environment


def webhook_environment(environment: dict[str, str]) -> dict[str, str]:
    """With a seal for the secrets of webhooks, and leave to tell programs on this machine, unless it says otherwise."""
    if any(name.startswith("ONEWINDOW_SECRET_WEBHOOK_SEAL") for name in environment):
        return environment
    seal = demo_webhook_seal(files_folder(Settings.load(environment)).parent)
    said = {"ONEWINDOW_SECRET_WEBHOOK_SEAL_FILE": str(seal), "ONEWINDOW_WEBHOOK_HOSTS": "127.0.0.1,localhost"}
    return said | environment


def identity_environment(environment: dict[str, str]) -> dict[str, str]:
    """With a seal for authenticator apps, and officials who need no second factor, unless the environment says so.

    The address has a name, not a number, so that a browser makes passkeys for it.
    """
    said = {"ONEWINDOW_SECOND_FACTOR": "offered"}
    if not any(name.startswith("ONEWINDOW_SECRET_FACTOR_SEAL") for name in environment):
        seal = demo_factor_seal(files_folder(Settings.load(environment)).parent)
        said["ONEWINDOW_SECRET_FACTOR_SEAL_FILE"] = str(seal)
    return said | environment


def master_key_environment(environment: dict[str, str]) -> dict[str, str]:
    """With a master key of the demonstration's own, unless the environment has one."""
    if any(name.startswith("ONEWINDOW_SECRET_MASTER_KEY") for name in environment):
        return environment
    settings = Settings.load(environment)
    file = demo_master_key(demo_file(settings) or files_folder(settings).parent / DEMO_FILE)
    return {"ONEWINDOW_SECRET_MASTER_KEY_DEMO_FILE": str(file)} | environment


def tell(settings: Settings, demo: Demo, posts: Posts | None = None) -> None:
    """What somebody who just started it needs to know. Plain lines, so that they can be copied whole."""
    click.echo(f"\nOnewindow runs at {settings.address}")
    click.echo(f"  Pages for citizens:       {settings.address}/")
    click.echo(f"  API, to read and to try:  {settings.address}/api/v1/docs")
    if posts is not None:
        if posts.takes_mail:
            click.echo(f"  Mail that was sent:       http://{SANDBOX_HOST}:{posts.mail_pages}/")
        click.echo(f"  SMS that were sent:       http://{SANDBOX_HOST}:{posts.sms}/page")
    click.echo("\nDemonstration accounts (sign-in name, password, what it may do):")
    width = max(len(account.sign_in_name) for account in demo.accounts)
    for account in demo.accounts:
        told = f"{account.name}: {account.duties}"
        click.echo(f"  {account.sign_in_name:<{width}}  {account.password:<16}  {told}")
    if not settings.identity.second_factor_is_required:
        click.echo("Warning: officials sign in by password alone here. For real use leave ONEWINDOW_SECOND_FACTOR out.")
    if any(name == DEMO for name in settings.secrets):
        click.echo("Warning: personal data are encrypted under a key that lies beside them. For real use set your own.")
    click.echo("\nApply for a service, as the citizen:")
    click.echo("  " + demo.line_to_try(settings.address))
    click.echo("\nTokens of all accounts: " + str(demo.file))
    click.echo("Ctrl-C stops everything.")


def _sandbox_command(port: int) -> list[str]:
    return [sys.executable, "-m", "sandbox.registers", "--host", SANDBOX_HOST, "--port", str(port)]


def _payments_command(port: int, settings: Settings, demo: Demo) -> list[str]:
    """It keeps its records in a file, for our payments outlive a restart too."""
    said = {
        "--host": SANDBOX_HOST,
        "--port": str(port),
        "--callback-url": f"{_address_of(settings)}/api/v1/payments/callback",
        "--callback-secret": CALLBACK_SECRET,
        "--api-key": SANDBOX_KEY,
        "--state": str(demo.file.with_name("sandbox-payments.json")),
    }
    return [sys.executable, "-m", "sandbox.payments", *(part for pair in said.items() for part in pair)]


def _address_of(settings: Settings) -> str:
    """Where the web server listens on this machine, whatever its public address is."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
