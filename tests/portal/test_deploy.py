"""What a machine is given: lock files, set-up, the image's steps, the compose file, the manual."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)", re.MULTILINE)


def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def read(name: str) -> str:
    return (ROOT / name).read_text()


def unhashed(lock: str) -> list[str]:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", lock).strip())
    return [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_library_has_a_version_and_a_hash(lock: str) -> None:
    assert len(REQUIREMENT.findall(read(lock))) > 80
    assert unhashed(read(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    assert not re.search(r"https?://|--index|--extra-index|--find-links|file:", read(lock))


def test_a_lock_with_a_forgotten_hash_would_be_caught() -> None:
    """The broken variant of the tests above."""
    broken = "django==5.2 \\\n    --hash=sha256:00\ncelery==5.7\n"
    assert unhashed(broken) == ["celery==5.7"]


def test_the_development_lock_agrees_with_the_production_lock() -> None:
    production, development = (set(REQUIREMENT.findall(read(lock))) for lock in LOCKS)
    both = {name for name, _ in production} & {name for name, _ in development}
    assert {one for one in production if one[0] in both} == {one for one in development if one[0] in both}


def test_compose_names_every_part_of_the_portal() -> None:
    services = compose()["services"]
    assert set(services) == {"db", "redis", "migrate", "web", "worker", "beat", "proxy"}
    for name, service in services.items():
        assert "image" in service, name
        assert "healthcheck" in service or name == "migrate", name


def test_only_the_proxy_is_reachable_and_the_data_has_no_way_out() -> None:
    parts = compose()
    assert [name for name, service in parts["services"].items() if "ports" in service] == ["proxy"]
    assert parts["networks"]["inside"] == {"internal": True}
    assert {name for name in ("db", "redis") if parts["services"][name]["networks"] == ["inside"]} == {
        "db",
        "redis",
    }


def test_our_containers_run_without_root_and_without_capabilities() -> None:
    services = compose()["services"]
    for name in ("migrate", "web", "worker", "beat"):
        assert services[name]["user"] == "10001:10001"
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
    assert "\nUSER 10001:10001\n" in read("Dockerfile")


def test_every_reference_inside_the_compose_file_exists() -> None:
    parts = compose()
    for service in parts["services"].values():
        assert set(service.get("depends_on", {})) <= set(parts["services"])
        assert set(service["networks"]) <= set(parts["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in parts["volumes"] or (ROOT / source).exists(), volume


def test_no_secret_is_written_in_the_compose_file() -> None:
    environment = compose()["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "EID_CLIENT_SECRET", "GATEWAY_SECRET"):
        assert environment[name].startswith(f"${{{name}:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert environment["DEMO"] == "0"


def test_the_example_environment_has_what_compose_insists_on() -> None:
    required = set(re.findall(r"\$\{([A-Z_]+):\?", read("docker-compose.yml")))
    offered = set(re.findall(r"(?m)^([A-Z_]+)=", read("deploy/env.example")))
    assert required <= offered


def test_redis_of_production_keeps_its_queue_and_never_evicts() -> None:
    command = " ".join(compose()["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_worker_of_production_takes_every_queue_the_routes_name() -> None:
    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    queues.add(settings.CELERY_TASK_DEFAULT_QUEUE)
    option = next(one for one in compose()["services"]["worker"]["command"] if one.startswith("--queues="))
    assert set(option.removeprefix("--queues=").split(",")) == queues


def test_every_step_of_the_image_is_a_word_of_the_build_script() -> None:
    script = read("deploy/build.sh")
    steps = re.findall(r"(?:RUN|&&) deploy/build\.sh ([a-z]+)", read("Dockerfile"))
    assert sorted(steps) == ["account", "python", "static", "system"]
    assert all(re.search(rf"(?m)^{step}\)", script) for step in steps)


def test_the_image_collects_static_files_without_a_server_or_a_secret(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PORTAL_HOME": str(tmp_path / "home")}
    environment["STATIC_ROOT"] = str(tmp_path / "static")
    subprocess.run([ROOT / "deploy/build.sh", "static", sys.executable], env=environment, check=True)
    assert (tmp_path / "static" / "staticfiles.json").exists()
    assert not (tmp_path / "home").exists()


def test_an_unknown_step_of_the_image_is_refused() -> None:
    done = subprocess.run([ROOT / "deploy/build.sh", "sytem"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "system | python" in done.stderr


@pytest.mark.parametrize("script", ["bin/setup", "deploy/build.sh", ".ci/run", "manage.py"])
def test_scripts_can_be_run_and_parse(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & stat.S_IXUSR
    if path.suffix != ".py":
        shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1]
        subprocess.run([shell, "-n", path], check=True)


def setup_in(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (checkout / "bin").mkdir(exist_ok=True)
    (checkout / "bin/setup").write_text(read("bin/setup"))
    command = ["/bin/sh", checkout / "bin/setup"]
    return subprocess.run(
        command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"} | environment
    )


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_setup_says_plainly_that_python_is_too_old(tmp_path: Path) -> None:
    old = program(tmp_path / "python3", "exit 1")
    done = setup_in(tmp_path, PYTHON=str(old))
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "Cần Python từ 3.11 trở lên. / Python 3.11 or newer is needed: set PYTHON=/its/path.\n"
    )


def test_setup_installs_only_when_the_lock_changed(tmp_path: Path) -> None:
    """A stand-in interpreter that fails at pip shows when pip is called."""
    program(tmp_path / ".venv/bin/python", f'case "$*" in *pip*) exit 9;; esac\nexec {sys.executable} "$@"')
    lock = tmp_path / "requirements.lock"
    lock.write_text("locked\n")
    assert setup_in(tmp_path).returncode == 9
    stamp = tmp_path / ".venv/requirements.lock.sha256"
    assert not stamp.exists()
    stamp.write_text(hashlib.sha256(lock.read_bytes()).hexdigest())
    ready = setup_in(tmp_path)
    assert (ready.returncode, ready.stdout, ready.stderr) == (0, "", "")
    lock.write_text("another\n")
    assert setup_in(tmp_path).returncode == 9


def test_setup_of_a_person_who_may_not_install_prints_the_command(tmp_path: Path) -> None:
    program(tmp_path / ".venv/bin/python", f'case "$*" in *weasy*) exit 1;; esac\nexec {sys.executable} "$@"')
    lock = tmp_path / "requirements.lock"
    lock.write_text("locked\n")
    (tmp_path / ".venv/requirements.lock.sha256").write_text(hashlib.sha256(lock.read_bytes()).hexdigest())
    program(tmp_path / "tools/id", "echo 1000")
    done = setup_in(tmp_path, PATH=f"{tmp_path}/tools:/usr/bin:/bin")
    assert done.returncode == 2
    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core" in done.stderr


def test_every_variable_of_the_settings_is_in_the_operations_manual() -> None:
    manual = read("docs/operations.md")
    named = set(re.findall(r'env(?:_bool|_list)?\("([A-Z_]+)"', read("portal/settings.py")))
    assert len(named) > 15
    assert {name for name in named if f"`{name}`" not in manual} == set()
