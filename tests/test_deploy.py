"""The production files agree with the code, as far as can be tested without containers."""

from __future__ import annotations

import ast
import json
import os
import re
import runpy
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from scripts import dev, services

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("roles", "migrate", "web", "worker", "beat")
SAFE = {
    "VARIG_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "varig.kommune.example",
    "DATABASE_URL": f"postgresql://varig:{secrets.token_hex(24)}@db.invalid:5432/varig",
    "REDIS_URL": f"redis://:{secrets.token_hex(24)}@valkey.invalid:6379/0",
    "TRUSTED_PROXY_COUNT": "1",
}
SIGN_IN = {
    "provider_id": "entra",
    "settings": {"server_url": "https://sign-in.example/v2.0"},
    "secret": "x8Kq.27-ab~Tz",
}
# Set by the machine or by the start scripts, not by an administrator.
NOT_OURS = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE"}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> str:
    """The error text of the settings in this environment."""
    monkeypatch.setattr(os, "environ", environment)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "config/settings.py"))
    return str(refused.value)


def variables_read() -> set[str]:
    """Every name passed to `env.…("NAME")` or `os.environ.get("NAME")`."""
    names = set()
    for file in [*ROOT.glob("config/*.py"), *ROOT.glob("scripts/*.py"), ROOT / "manage.py"]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                reads = {"text", "yes", "number", "words", "json", "get", "setdefault"}
                where = ast.unparse(node.func.value)
                name = node.args[0]
                if (
                    node.func.attr in reads
                    and where in {"env", "self", "os.environ"}
                    and isinstance(name, ast.Constant)
                ):
                    names.add(name.value)
    return names - NOT_OURS


def compose_variables() -> set[str]:
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "docker/Caddyfile").read_text()
    return set(re.findall(r"(?<!\$)\{?\$\{?([A-Z_]+)", text)) - {"HOSTNAME"}


def documented() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"(?m)^#?([A-Z][A-Z_]+)=(.*)$", text))


def test_every_variable_is_documented():
    assert variables_read() | compose_variables() <= documented().keys()


def test_no_documented_variable_is_unused():
    assert documented().keys() <= variables_read() | compose_variables()


def test_example_environment_has_no_secret():
    for name, value in documented().items():
        if re.search(r"SECRET_KEY|PASSWORD", name):
            assert value == ""


def test_embedded_database_has_the_production_version():
    printed = subprocess.check_output([services.postgres_bin("postgres"), "--version"], text=True)
    major = re.search(r"(\d+)\.", printed).group(1)
    assert SERVICES["db"]["image"] == f"postgres:{major}"
    made_as = SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"]
    embedded = (ROOT / "scripts/services.py").read_text()
    for option in ("--encoding=UTF8", "--locale=C.UTF-8"):
        assert option in made_as and option in embedded


def test_embedded_queue_has_the_production_version():
    printed = subprocess.check_output([services.valkey_bin(), "--version"], text=True)
    major = re.search(r"v=(\d+)\.", printed).group(1)
    assert SERVICES["valkey"]["image"] == f"valkey/valkey:{major}"


def test_images_are_pinned_by_major_version():
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    images += re.findall(r"(?m)^FROM (\S+:\S+)", (ROOT / "Dockerfile").read_text())
    for image in images:
        assert re.fullmatch(r"[a-z/]+:\d+(\.\d+)*(-slim)?", image), image


def test_image_has_the_python_version_of_the_lock():
    locked = dev.COMPILE[dev.COMPILE.index("--python-version") + 1]
    images = re.findall(r"FROM python:([\d.]+)", (ROOT / "Dockerfile").read_text())
    assert set(images) == {locked}


def test_production_uses_the_tested_versions():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"(?m)^([a-z0-9][^ =]*==[^ ]+)", (ROOT / name).read_text()))

    assert pins("requirements-production.lock") < pins("requirements.lock")


@pytest.mark.parametrize("name", OURS)
def test_each_containers_command_exists(name: str):
    command = SERVICES[name]["command"]
    assert (Path(sys.executable).parent / command[0]).exists()
    for word in command[1:]:
        if word.endswith(".py"):
            assert (ROOT / word).exists()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_container_has_limits_and_a_health_check(name: str):
    service = SERVICES[name]
    assert "restart" in service
    assert "mem_limit" in service
    assert "healthcheck" in service
    if name in OURS:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    if name not in {"roles", "migrate"}:
        assert "stop_grace_period" in service


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_web_container_gets_more_time_to_stop_than_it_needs():
    graceful = re.search(r"graceful_timeout = (\d+)", (ROOT / "config/gunicorn.py").read_text())
    allowed = SERVICES["web"]["stop_grace_period"]
    assert int(allowed.removesuffix("s")) > int(graceful.group(1))


def test_a_running_job_is_never_handed_to_a_second_worker(settings):
    waits = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert waits > settings.CELERY_TASK_TIME_LIMIT > settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_the_container_does_not_run_as_root():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"(?m)^USER (.+)$", dockerfile) == ["varig"]


def test_a_safe_environment_passes_djangos_own_check():
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert result.returncode == 0, result.stderr


def filled_in() -> dict[str, str]:
    """`.env.example` as an administrator fills in its required part, and nothing else."""
    lines = re.findall(r"(?m)^([A-Z][A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text())
    return {
        name: value or (secrets.token_hex(24) if "PASSWORD" in name else secrets.token_urlsafe(50))
        for name, value in lines
    }


@pytest.mark.parametrize("name", ["migrate", "web"])
def test_the_example_filled_in_and_compose_pass_djangos_own_check(name: str):
    """Each container's environment: `.env`, with what docker-compose.yml sets on top."""
    example = filled_in()
    environment = dict(example)
    for key, value in SERVICES[name].get("environment", {}).items():
        known = re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda one: example[one.group(1)], str(value))
        environment[key] = known
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or weak"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is missing or weak"),
        ({"SECRET_KEY": "abcdefghij" * 6}, "SECRET_KEY is missing or weak"),
        ({"SECRET_KEY": "en lang setning som noen fant paa " * 2}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": secrets.token_urlsafe(30)}, "SECRET_KEY is missing or weak"),
        ({"SECRET_KEY_FALLBACKS": "0123456789" * 6}, "SECRET_KEY_FALLBACKS has a weak key"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name whole hosts, not '*'"),
        ({"ALLOWED_HOSTS": "varig.kommune.example .no"}, "whole hosts, not '.no'"),
        ({"ALLOWED_HOSTS": ".kommune.no"}, "whole hosts, not '.kommune.no'"),
        ({"ALLOWED_HOSTS": "kommune.no"}, "whole hosts, not 'kommune.no'"),
        ({"ALLOWED_HOSTS": "no"}, "whole hosts, not 'no'"),
        ({"ALLOWED_HOSTS": "*.solvaer.kommune.no"}, "whole hosts, not"),
        ({"PUBLIC_URL": "http://varig.kommune.example/"}, "PUBLIC_URL must be an https:// address"),
        ({"PUBLIC_URL": "https://other.example/"}, "PUBLIC_URL must be an https:// address"),
        ({"SECOND_FACTOR_REQUIRED": "0"}, "SECOND_FACTOR_REQUIRED is off"),
        ({"SESSION_HOURS": "9999"}, "SESSION_HOURS must be from 1 to 12"),
        ({"SESSION_HOURS": "13"}, "SESSION_HOURS must be from 1 to 12"),
        ({"SESSION_HOURS": "0"}, "SESSION_HOURS must be from 1 to 12"),
        ({"SESSION_IDLE_MINUTES": "61"}, "SESSION_IDLE_MINUTES must be from 1 to 60"),
        ({"SESSION_IDLE_MINUTES": "0"}, "SESSION_IDLE_MINUTES must be from 1 to 60"),
        ({"TRUSTED_PROXY_COUNT": ""}, "TRUSTED_PROXY_COUNT is missing"),
        ({"EMAIL_HOST": "smtp.example", "EMAIL_USE_TLS": "0"}, "EMAIL_USE_TLS is off"),
        ({"DATABASE_URL": "postgresql://varig@db/varig"}, "DATABASE_URL has no password"),
        ({"DATABASE_URL": "postgresql://v:postgres12345@db/v"}, "DATABASE_URL has no password"),
        ({"DATABASE_URL": "postgresql://db/v?user=v&password=kort"}, "DATABASE_URL has no passw"),
        ({"REDIS_URL": "redis://valkey:6379/0"}, "REDIS_URL has no password"),
        ({"REDIS_URL": "redis://:Passord123456@valkey:6379/0"}, "REDIS_URL has no password"),
        (
            {"OPENID_CONNECT_APPS": json.dumps([{**SIGN_IN, "secret": "..."}])},
            "OPENID_CONNECT_APPS must have",
        ),
        (
            {
                "OPENID_CONNECT_APPS": json.dumps(
                    [{**SIGN_IN, "settings": {"server_url": "http://sign-in.example"}}]
                )
            },
            "OPENID_CONNECT_APPS must have",
        ),
        ({"CSRF_TRUSTED_ORIGINS": "https://*.example"}, "CSRF_TRUSTED_ORIGINS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL is not usable"),
        ({"REDIS_URL": ""}, "REDIS_URL is missing"),
        ({"DATABASE_OWNER_URL": "postgresql://o:x@db/varig"}, "web process must not have them"),
        ({"DATABASE_ADMIN_URL": "postgresql://a:x@db/varig"}, "web process must not have them"),
        ({"VARIG_PROCESS": "owner"}, "DATABASE_OWNER_URL is missing"),
        (
            {"VARIG_PROCESS": "owner", "DATABASE_OWNER_URL": SAFE["DATABASE_URL"]},
            "DATABASE_OWNER_URL must name another user",
        ),
        ({"COOKIES_SECURE": "0"}, "COOKIES_SECURE is off"),
        ({"SECURE_HSTS_SECONDS": "0"}, "SECURE_HSTS_SECONDS"),
        ({"CSRF_TRUSTED_ORIGINS": "http://x.example"}, "CSRF_TRUSTED_ORIGINS"),
        ({"WEB_THREADS": "4", "DATABASE_POOL_SIZE": "many"}, "DATABASE_POOL_SIZE"),
        ({"VARIG_MODE": "prod"}, "VARIG_MODE is 'prod'"),
        ({"OPENID_CONNECT_APPS": "{"}, "OPENID_CONNECT_APPS is not JSON"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_production_refuses_an_unsafe_environment(monkeypatch, change: dict, message: str):
    assert message in refusal(monkeypatch, {**SAFE, "VARIG_PROCESS": "web", **change})


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": secrets.token_hex(32)},
        {"SESSION_HOURS": "8", "SESSION_IDLE_MINUTES": "15"},
        {"SESSION_HOURS": "8", "PUBLIC_URL": "https://varig.kommune.example/"},
        {"ALLOWED_HOSTS": "varig.solvaer.kommune.no intern.solvaer.kommune.no"},
        {"DATABASE_URL": "postgresql:///varig?user=varig&host=/run/postgresql"},
        {"DATABASE_URL": "postgresql://varig@db/varig?sslcert=/etc/varig.crt&sslmode=verify-full"},
        {"REDIS_URL": "unix:///run/valkey.sock"},
        {"OPENID_CONNECT_APPS": json.dumps([SIGN_IN])},
        {"EMAIL_HOST": "localhost", "EMAIL_USE_TLS": "0"},
    ],
    ids=lambda value: "-".join(value),
)
def test_production_takes_a_safe_environment(monkeypatch, change: dict):
    monkeypatch.setattr(os, "environ", {**SAFE, "VARIG_PROCESS": "web", **change})
    assert runpy.run_path(str(ROOT / "config/settings.py"))["PRODUCTION"]


def test_all_environment_errors_are_listed_at_once(monkeypatch):
    message = refusal(monkeypatch, {"VARIG_MODE": "production"})
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"):
        assert f"- {name} " in message


def test_secret_key_is_not_printed_in_an_error(monkeypatch):
    assert SAFE["SECRET_KEY"] not in refusal(monkeypatch, {**SAFE, "DEBUG": "1"})


def test_default_mode_is_production():
    result = run("-c", "import config.settings")
    assert "SECRET_KEY is missing" in result.stderr


def test_scheduled_task_names_exist():
    from config.celery import app

    app.loader.import_default_modules()
    ordered = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert ordered <= set(app.tasks), "beat orders a job no worker knows"


def test_scheduled_tasks_have_no_arguments():
    from config.celery import app

    for entry in app.conf.beat_schedule.values():
        assert not entry.get("args") and not entry.get("kwargs")


def test_front_end_lock_has_no_registry_addresses():
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in json.dumps(
        [entry.get("resolved", "") for entry in json.loads(text)["packages"].values()]
    )
