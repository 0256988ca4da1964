import json
import math
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

pytest.importorskip("safetensors")

from nn import SGD, CheckpointError, Linear, load, save  # after the check

STATE = {
    "weight": np.arange(6.0).reshape(2, 3),
    "steps": 3,
    "scalar": np.array(2.5),
    "nothing": np.empty(0),
    "turned": np.arange(6, dtype=np.int32).reshape(2, 3).T,
    "lr": 0.1,
    "betas": [0.9, 0.999],
    "extremes": {"high": math.inf, "tiny": 5e-324, "big": 2**127 + 1, "yes": True, "none": None},
}


def same(first, second):
    assert list(first) == list(second)
    for name, x in first.items():
        if isinstance(x, np.ndarray):
            assert (second[name].dtype, second[name].shape) == (x.dtype, x.shape)
            assert second[name].tobytes() == x.tobytes()
        else:
            assert second[name] == x
    return True


def test_a_state_comes_back_bit_for_bit_and_in_order(tmp_path):
    assert same(STATE, load(save(STATE, tmp_path / "state.safetensors")))
    assert [path.name for path in tmp_path.iterdir()] == ["state.safetensors"]


@given(arrays.arrays(st.sampled_from(["f8", "f4", "i8", "u1", "?"]), arrays.array_shapes(min_dims=0, min_side=0)))
def test_any_array_comes_back(tmp_path_factory, array):
    assert same({"x": array}, load(save({"x": array}, tmp_path_factory.getbasetemp() / "array.safetensors")))


def test_other_libraries_read_the_arrays_and_are_read(tmp_path):
    torch, theirs = pytest.importorskip("torch"), pytest.importorskip("safetensors.torch")
    ours, other = Linear(3, 2), Linear(3, 2)
    layer = torch.nn.Linear(3, 2, dtype=torch.float64)
    layer.load_state_dict(theirs.load_file(save(ours.state_dict(), tmp_path / "ours.safetensors")))
    theirs.save_file(layer.state_dict(), tmp_path / "theirs.safetensors")
    other.load_state_dict(load(tmp_path / "theirs.safetensors"))
    assert (other.weight.data == ours.weight.data).all()


def test_every_cut_and_every_other_file_is_refused(tmp_path):
    path = save(STATE, tmp_path / "state")
    whole = path.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="no saved state, or only a part of one"):
            load(path)
    for foreign in [whole + b"x", os.urandom(2000), b"\x80\x04\x95pickle", b"{}", json.dumps([1]).encode()]:
        path.write_bytes(foreign)
        with pytest.raises(CheckpointError, match="states are safetensors files"):
            load(path)


def test_metadata_that_were_tampered_with_are_refused(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    for metadata in ["{", "[1]", "3", '{"order": ["x"]}', '{"order": ["y"], "others": {}}']:
        (tmp_path / "state").write_bytes(numpy.save({"x": np.ones(2)}, {"glassgrad": metadata}))
        with pytest.raises(CheckpointError):
            load(tmp_path / "state")


def test_a_missing_file_is_no_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def test_objects_are_not_saved_and_an_earlier_file_stays(tmp_path):
    path = save(STATE, tmp_path / "state")
    with pytest.raises(TypeError, match=r"arrays, numbers and text, but got .* of type SGD"):
        save({"optimizer": SGD(Linear(1, 1).parameters())}, path)
    with pytest.raises(TypeError, match="objects has the dtype object"):
        save({"objects": np.array([None, "text"], object)}, path)
    assert same(STATE, load(path))


def test_a_state_is_saved_not_its_owner(tmp_path):
    with pytest.raises(TypeError, match=r"such as model\.state_dict\(\), but got a Linear"):
        save(Linear(3, 2), tmp_path / "file")


def test_a_state_is_loaded_not_its_file():
    model = Linear(3, 2)
    for owner in (model, SGD(model.parameters())):
        with pytest.raises(TypeError, match=r"nn\.load\(path\) gave, but got a str"):
            owner.load_state_dict("file")


def test_what_a_file_cannot_hold_is_named(tmp_path):
    with pytest.raises(TypeError, match="text as names, but got 3 of type int"):
        save({3: np.ones(2)}, tmp_path / "state")
    if np.dtype(np.longdouble).itemsize > 8:
        with pytest.raises(TypeError, match="up to 64 bits, but w has the dtype"):
            save({"w": np.ones(2, np.longdouble)}, tmp_path / "state")


def test_nothing_is_left_behind_where_a_file_cannot_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        save({"w": np.ones(2)}, tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
