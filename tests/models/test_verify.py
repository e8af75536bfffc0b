from aima.models.build import build
from aima.models.verify import is_whole, verify


def test_states_of_a_model_from_missing_to_corrupt(empty, tiny):
    def found():
        (verdict,) = verify([tiny], empty.models_dir, needed=[])
        return verdict.state, verdict.failed, is_whole(tiny, empty.models_dir)

    assert found() == ("missing", False, False)
    build(empty, [tiny], progress=print)
    assert found() == ("whole", False, True)
    (tiny.directory(empty.models_dir) / "model.onnx").write_bytes(b"other")
    assert found() == ("corrupt", True, False)


def test_only_a_missing_model_that_is_needed_fails(empty, tiny):
    standard = tiny.model_copy(update={"name": "standard"})
    optional, needed = verify([tiny, standard], empty.models_dir, needed={"standard"})
    assert (optional.failed, needed.failed) == (False, True)
    assert "standard" in needed.error.message
