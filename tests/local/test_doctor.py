import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest

from aima import local
from aima.domain.job import Job
from aima.local import doctor
from aima.local.doctor import Finding, examine
from aima.local.home import home_at
from aima.local.process import clean_environment
from aima.models.catalogue import used
from aima.services.dispatching.fleets import new_fleet
from aima.settings import Settings
from aima.stores.milvus import MilvusVectors
from aima.stores.postgres import PostgresStores
from aima.stores.vectors import Space, VectorRow
from tests.conftest import NO_RAY, make_settings
from tests.persons_made import add_medium


def found(settings: Settings, subject: str) -> list[Finding]:
    return [finding for finding in examine(settings) if finding.subject == subject]


def test_a_running_stack_is_well(stack: Settings) -> None:
    findings = examine(stack)
    assert [finding for finding in findings if finding.level == "broken"] == []
    assert {"python", "home", "disk", "models", "postgres", "ray", "ray ports"} <= {one.subject for one in findings}
    assert {"documents", "vectors", "vectors size", "documents licence"} <= {one.subject for one in findings}
    (size,) = found(stack, "vectors size")
    assert (size.level, size.text) == ("ok", "0 vectors in the largest collection of the local server")
    (ports,) = found(stack, "ray ports")
    assert (ports.level, "loopback only" in ports.text) == ("ok", True)


def test_a_stopped_stack_is_broken_and_the_remedy_is_named(spare: Settings) -> None:
    (server,) = found(make_settings(spare.home), "postgres")
    assert (server.level, server.text, server.remedy) == ("broken", "stopped", "start it with: aima up")
    (start,) = found(make_settings(spare.home), "start")
    assert start.level == "ok"


def test_a_taken_port_is_found_before_the_start(spare: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        (start,) = found(make_settings(spare.home, local={"dashboard_port": port}), "start")
    assert start.level == "broken"
    assert str(port) in start.text
    assert "AIMA_LOCAL__DASHBOARD_PORT" in start.remedy


def test_a_file_in_place_of_the_home_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (home,) = found(make_settings(tmp_path / "file"), "home")
    assert (home.level, "is a file" in home.text) == ("broken", True)


def test_open_directories_are_found(spare: Settings) -> None:
    secrets = home_at(spare.home).secrets
    secrets.mkdir()
    secrets.chmod(0o755)
    spare.home.chmod(0o777)
    levels = {finding.level: finding for finding in found(spare, "home")}
    assert levels["broken"].remedy == f"chmod 700 {secrets}"
    assert levels["warning"].remedy == f"chmod go-w {spare.home}"


def test_hardly_any_room_is_found(full_disk: Settings) -> None:
    (disk,) = found(full_disk, "disk")
    assert (disk.level, disk.text) == ("broken", f"0.0 GB free under {full_disk.home}")


def test_weights_that_are_missing_or_damaged_are_named(settings: Settings, spare: Settings, tmp_path: Path) -> None:
    incomplete = make_settings(spare.home, models={"dir": tmp_path})
    chosen = used(settings)
    for entry in chosen[1:]:
        shutil.copytree(entry.directory(settings.models_dir), entry.directory(tmp_path))
    (chosen[-1].directory(tmp_path) / "model.onnx").write_bytes(b"x")
    (models,) = found(incomplete, "models")
    assert (models.level, models.remedy) == ("warning", "run: aima models build")
    assert models.text == f"missing or damaged in {tmp_path}: {chosen[0].name}, {chosen[-1].name}"
    (whole,) = found(make_settings(spare.home, models={"dir": settings.models_dir}), "models")
    assert (whole.level, whole.text) == ("ok", f"all {len(chosen)} in use are whole, in {settings.models_dir}")


def test_weights_whose_licence_nobody_states_are_named(spare: Settings) -> None:
    (licence,) = found(make_settings(spare.home), "weights licence")
    unstated = [entry.name for entry in used(spare) if not entry.licence.stated]
    assert {"face_embedding_512", "efficientnet_lite3"} <= set(unstated)
    assert all(name in licence.text for name in unstated)
    assert found(make_settings(spare.home, models={"strict_licences": True}), "weights licence") == []


def test_a_model_that_does_not_exist_is_found(spare: Settings) -> None:
    (models,) = found(make_settings(spare.home, models={"face_embedding": "nonsense"}), "models")
    assert (models.level, "AIMA_MODELS__FACE_EMBEDDING" in models.text) == ("broken", True)


def test_too_many_vectors_are_found(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = MilvusVectors.open(local.milvus_url(stack), local.namespace(stack))
    space = Space("face", "many@1", 4)
    vectors.prepare(space)
    rows = [VectorRow(f"v{number}", "many", unit, "t") for number, unit in enumerate(np.eye(4, dtype=np.float32))]
    vectors.replace(space, "many", rows, 1)
    monkeypatch.setattr(doctor, "COMFORTABLE_VECTORS", 3)
    (size,) = found(stack, "vectors size")
    vectors.drop(space)
    vectors.close()
    assert (size.level, size.text[:9]) == ("warning", "4 vectors")
    assert "AIMA_STORES__MILVUS" in size.remedy


def test_what_waits_with_nobody_to_work_on_it_is_found(spare: Settings, database: str, stores: PostgresStores) -> None:
    named = make_settings(spare.home, stores={"postgres": database}, ray=NO_RAY)
    (idle,) = found(named, "queue")
    assert (idle.level, idle.text) == ("ok", "0 fleets at work or ready, 0 segments waiting")
    medium = add_medium(stores, "film.mp4")
    stores.queue.submit(Job(str(uuid.uuid4()), medium.media_id, {}), stores.media.segments(medium.content_id))
    (waiting,) = found(named, "queue")
    assert (waiting.level, waiting.text) == ("warning", "0 fleets at work or ready, 1 segment waiting")
    assert "aima up" in waiting.remedy
    stores.queue.show(new_fleet("worker"))
    assert [finding.level for finding in found(named, "queue")] == ["ok"]


def test_a_port_that_others_can_reach_is_broken(spare: Settings) -> None:
    code = "import socket, time; held = socket.create_server(('0.0.0.0', 0)); print(flush=True); time.sleep(60)"
    environment = clean_environment(spare.home, "documents")
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE) as open_to_all:
        assert open_to_all.stdout is not None
        open_to_all.stdout.readline()
        (ports,) = found(spare, "documents ports")
        open_to_all.kill()
    assert (ports.level, "iptables" in ports.remedy) == ("broken", True)


def test_replaced_servers_are_asked(spare: Settings, postgres: str, mongo_url: str) -> None:
    settings = make_settings(spare.home, stores={"postgres": postgres, "mongo": mongo_url}, ray=NO_RAY)
    assert found(settings, "postgres")[0].text.startswith("external at 127.0.0.1:")
    assert found(settings, "documents")[0].text.startswith("external at 127.0.0.1:")
    assert found(settings, "ray")[0].level == "broken"
    assert local.postgres_url(settings) == postgres
