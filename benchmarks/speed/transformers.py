"""Cost of the engine on public architectures at tiny sizes, beside a plain training pass.

``python -m benchmarks.speed.transformers`` prints one line a network: medians of one run, in
which both ways take turns, and their ratio. It needs the package transformers.
"""

import argparse
import statistics
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from skdvgs.gradients import GradientEngine

from .clock import machine, seconds

ROWS, LENGTH, VOCABULARY = 32, 64, 1_000
SIZES = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
INNER = {"intermediate_size": 512}


class Network(NamedTuple):
    """A network, its batch, and what of its output the loss is given."""

    module: nn.Module
    x: Any
    logits: Callable[[Any], Tensor]


def _text(build: Callable[..., nn.Module], **options: Any) -> Network:
    ids = torch.randint(5, VOCABULARY, (ROWS, LENGTH))
    module = build(vocab_size=VOCABULARY, num_labels=4, **options)
    x = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    return Network(module, x, lambda output: output.logits)


def _bert() -> Network:
    from transformers import BertConfig, BertForSequenceClassification

    return _text(lambda **o: BertForSequenceClassification(BertConfig(**o)), **SIZES, **INNER)


def _roberta() -> Network:
    from transformers import RobertaConfig, RobertaForSequenceClassification

    return _text(lambda **o: RobertaForSequenceClassification(RobertaConfig(**o)), **SIZES, **INNER)


def _gpt2() -> Network:
    from transformers import GPT2Config, GPT2ForSequenceClassification

    options = {"n_embd": 128, "n_layer": 2, "n_head": 4, "pad_token_id": 0}
    return _text(lambda **o: GPT2ForSequenceClassification(GPT2Config(**o)), **options)


def _gpt2_language() -> Network:
    from transformers import GPT2Config, GPT2LMHeadModel

    options = {"n_embd": 128, "n_layer": 2, "n_head": 4}
    text = _text(lambda **o: GPT2LMHeadModel(GPT2Config(**o)), **options)
    return Network(text.module, text.x, lambda output: output.logits.transpose(1, 2))


def _llama() -> Network:
    from transformers import LlamaConfig, LlamaForSequenceClassification

    options = {**SIZES, **INNER, "pad_token_id": 0, "num_key_value_heads": 2}
    return _text(lambda **o: LlamaForSequenceClassification(LlamaConfig(**o)), **options)


def _vit() -> Network:
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(**SIZES, **INNER, image_size=32, patch_size=4, num_labels=4)
    x = {"pixel_values": torch.randn(ROWS, 3, 32, 32)}
    return Network(ViTForImageClassification(config), x, lambda output: output.logits)


def _resnet() -> Network:
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(
        embedding_size=16, hidden_sizes=[16, 32, 64], depths=[1, 1, 1], layer_type="basic",
        num_labels=4, downsample_in_first_stage=False,
    )  # fmt: skip
    x = {"pixel_values": torch.randn(ROWS, 3, 64, 64)}
    return Network(ResNetForImageClassification(config), x, lambda output: output.logits)


NETWORKS = {
    "BERT": _bert,
    "RoBERTa": _roberta,
    "GPT-2": _gpt2,
    "GPT-2, language model": _gpt2_language,
    "Llama": _llama,
    "ViT": _vit,
    "ResNet": _resnet,
}


def prepare(
    name: str, device: str, times: int
) -> tuple[dict[str, Callable[[], object]], dict[str, str]]:
    """The two ways for a network, and which path serves each parameter."""
    torch.manual_seed(0)
    network = NETWORKS[name]()
    module = network.module.eval().to(device)
    inputs = {k: part.repeat(times, *[1] * (part.ndim - 1)) for k, part in network.x.items()}
    inputs = {key: part.to(device) for key, part in inputs.items()}
    rows, is_language = times * ROWS, "language" in name
    y = torch.randint(4, (rows, LENGTH) if is_language else (rows,)).to(device)

    def loss(output: Any, labels: Tensor) -> Tensor:
        losses = nn.functional.cross_entropy(network.logits(output), labels, reduction="none")
        return losses.mean(1) if is_language else losses

    def plain() -> None:
        module.zero_grad()
        loss(module(**inputs), y).mean().backward()

    plain()
    target = {k: p.grad.clone() for k, p in module.named_parameters() if p.grad is not None}
    engine = GradientEngine(module, loss)
    engine.terms(inputs, y, target)
    return {"plain": plain, "engine": lambda: engine.terms(inputs, y, target)}, engine.report


def measure(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each way, which take turns."""
    times: dict[str, list[float]] = {way: [] for way in runs}
    for _ in range(repeats):
        for way, run in runs.items():
            times[way].append(seconds(run))
    return times


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed.transformers", description=__doc__
    )
    parser.add_argument("--networks", default="", help="only those whose name holds this text")
    parser.add_argument("--repeats", type=int, default=31)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--report", action="store_true", help="what is on the general path")
    parser.add_argument("--times", type=int, default=1, help=f"so many times {ROWS} rows")
    parser.add_argument("--device", default="cpu", help="where to compute, e.g. cuda")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")
    print(f"{machine(options.device, options.threads)}, {options.repeats} repeats")
    for name in NETWORKS:
        if options.networks not in name:
            continue
        runs, report = prepare(name, options.device, options.times)
        times = measure(runs, options.repeats)
        ratios = [e / p for e, p in zip(times["engine"], times["plain"], strict=True)]
        general = [key for key, path in report.items() if path.startswith("general")]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(
            f"{name:24s} plain {statistics.median(times['plain']) * 1e3:8.1f} ms  x plain: median"
            f" {middle:5.2f}, quartiles {low:.2f} to {high:.2f};"
            f" {len(general)} of {len(report)} parameters on the general path",
            flush=True,
        )
        if options.report:
            for key in general:
                print(f"    {key}: {report[key]}")


if __name__ == "__main__":
    main()
