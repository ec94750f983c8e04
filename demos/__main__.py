"""The command line: ``python -m demos serve | train | evaluate | list | new | avatars | stills``."""

import argparse
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demos.kit.languages import Language
    from demos.kit.training import Progress
    from demos.kit.weights import Card
    from glossary.demos import Demo

HERE = Path(__file__).parent


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 if it did what was asked (for train and evaluate: bars met)."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["serve"]:
        from demos import server

        return server.main(argv[1:]) or 0
    arguments = parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    return command(arguments)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m demos", description="Run, train and measure what is behind the demos."
    )
    commands = top.add_subparsers(required=True, metavar="command")
    commands.add_parser("serve", help="serve the site and the demos at one address", add_help=False)

    train = commands.add_parser("train", help="train a model and write its weights and card")
    train.add_argument("demo", choices=trainable(), help="the model to train")
    train.add_argument("--minutes", type=positive, help="train for this long instead of the recipe's steps")
    train.add_argument("--device", help="cpu or cuda (default: the GPU when there is one)")
    train.add_argument(
        "--seed", type=int, default=0, help="a different seed gives a different model (default: 0)"
    )
    recipe = train.add_mutually_exclusive_group()
    recipe.add_argument(
        "--smoke", action="store_true", help="take only a few steps, to see that everything runs"
    )
    recipe.add_argument(
        "--further", action="store_true", help="train the published weights on, where a recipe says how"
    )
    train.add_argument("--resume", action="store_true", help="continue where an interrupted run stopped")
    train.add_argument(
        "--out", type=Path, help="write weights and card to this folder instead of beside the code"
    )
    train.set_defaults(command=run_train)

    evaluate = commands.add_parser("evaluate", help="measure the metrics on the models' cards again")
    evaluate.add_argument(
        "demos", nargs="*", metavar="demo", help=f"{', '.join(trainable())} (default: those with weights)"
    )
    evaluate.add_argument("--format", choices=["text", "json"], default="text")
    evaluate.set_defaults(command=run_evaluate)

    listing = commands.add_parser("list", help="list what can be run and what can be trained")
    add_places(listing)
    listing.add_argument("--format", choices=["text", "json"], default="text")
    listing.set_defaults(command=run_list)

    avatars = commands.add_parser("avatars", help="draw a sheet of portraits")
    avatars.add_argument("out", type=Path, help="the picture to write")
    avatars.add_argument("--seed", type=int, default=7, help="where chance starts (default: 7)")
    avatars.add_argument("--count", type=positive_int, default=64, help="how many portraits (default: 64)")
    avatars.add_argument(
        "--size", type=int, choices=[32, 64, 128], default=64, help="pixels per side of each (default: 64)"
    )
    avatars.set_defaults(command=run_avatars)

    stills = commands.add_parser("stills", help="draw the pictures in the docs again, from the real models")
    stills.add_argument(
        "names", nargs="*", metavar="demo", help="only these demos' stills (default: all pictures)"
    )
    add_places(stills)
    stills.set_defaults(command=run_stills)

    new = commands.add_parser("new", help="write a demo that runs, to be changed into another")
    new.add_argument("name", help="the name of its folder: letters and underscores")
    new.add_argument("--term", default="", help="the term that it shows (default: its name, with hyphens)")
    add_places(new)
    new.set_defaults(command=run_new)
    return top


def add_places(command: argparse.ArgumentParser) -> None:
    """Where a project has its termbase and its demos."""
    command.add_argument(
        "--termbase",
        type=Path,
        default="glossary",
        help="folder whose languages.yml says in which languages a demo must speak (default: %(default)s)",
    )
    command.add_argument(
        "--demos", type=Path, default="demos", help="folder whose folder “apps” holds the demos"
    )


def trainable() -> list[str]:
    """Models and demos with a train.py."""
    return sorted(path.parent.name for path in HERE.glob("*/*/train.py"))


def positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def positive_int(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def folder_of(name: str, part: str = "train") -> Path:
    """The folder of a model or a demo: of two with one name, the one that has the part."""
    return next(HERE.glob(f"*/{name}/{part}.py")).parent


def module(demo: str, part: str) -> Any:
    from importlib import import_module

    return import_module(f"demos.{folder_of(demo, part).parent.name}.{demo}.{part}")


def run_train(arguments: argparse.Namespace) -> int:
    import torch

    from demos.data.avatars.dataset import CACHE

    # Optimizers make this folder even where nothing is compiled; torch's own choice is the temporary folder.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(CACHE / "inductor"))
    trainer = module(arguments.demo, "train")
    if arguments.further and not hasattr(trainer, "FURTHER"):
        print(f"{arguments.demo} has no recipe for training on. Train it anew.", file=sys.stderr)
        return 2
    kind = "smoke" if arguments.smoke else "further" if arguments.further else ""
    name = "-".join(filter(None, (arguments.demo, kind, str(arguments.seed))))
    options: dict[str, Any] = {
        "minutes": arguments.minutes,
        "seed": arguments.seed,
        "resume": arguments.resume,
    }
    options["work"] = CACHE / "train" / name
    if arguments.smoke:
        options |= {"recipe": trainer.SMOKE, "out": options["work"] / "weights"}
    if arguments.further:
        options["recipe"] = trainer.FURTHER
    if arguments.device:
        options["device"] = torch.device(arguments.device)
    if arguments.out:
        options["out"] = arguments.out
    if not show(trainer.train(**options)):
        print(f"Stopped. To continue: {resuming(arguments)}", file=sys.stderr)
        return 130
    folder = options.get("out", folder_of(arguments.demo) / "weights")
    return report(folder)


def resuming(arguments: argparse.Namespace) -> str:
    """The command that goes on with a training that was stopped: with another seed, or elsewhere, it would be
    another training."""
    flags = [f"--{name}" for name in ("smoke", "further") if getattr(arguments, name)]
    given = {name: getattr(arguments, name) for name in ("minutes", "seed", "device", "out")}
    options = [f"--{name} {shlex.quote(str(value))}" for name, value in given.items() if value]
    return " ".join(["python -m demos train", arguments.demo, *flags, *options, "--resume"])


def report(folder: Path) -> int:
    from demos.kit.weights import read_card

    card = read_card(folder)
    print(table(card))
    return 0 if card.met else 1


def show(progress: "Iterator[Progress]") -> bool:
    """Draw a progress bar. False if SIGINT or SIGTERM ended the run, which then has saved its state."""
    from tqdm import tqdm

    stop: list[int] = []
    previous = {
        number: signal.signal(number, lambda *_: stop.append(1)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with tqdm(unit="step", mininterval=0.5) as bar:
            for now in progress:
                bar.total, bar.n = now.steps, now.step
                bar.set_postfix_str(
                    ", ".join([*([now.note] if now.note else []), *losses(now)]), refresh=False
                )
                bar.update(0)
                if stop:
                    progress.close()  # type: ignore[attr-defined]
                    return False
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return True


def losses(now: "Progress") -> list[str]:
    return [f"{name} {value:.3f}" for name, value in now.losses.items()]


def table(card: "Card") -> str:
    run = f"{card.parameters:,} parameters, {card.steps} steps, {card.minutes} min on {card.device}"
    lines = [f"{card.demo}: {run}"]
    for name, metric in card.metrics.items():
        bar = (
            "" if metric.bar is None else f"  bar {'≥' if metric.better == 'higher' else '≤'} {metric.bar:g}"
        )
        lines.append(f"  {'✓' if metric.met else '✗'} {name:34} {metric.value:10.4f}{bar}")
    return "\n".join(lines)


def run_evaluate(arguments: argparse.Namespace) -> int:
    from demos.kit.weights import WeightsError

    known = trainable()
    if unknown := [name for name in arguments.demos if name not in known]:
        print(f"Nothing to evaluate in “{unknown[0]}”; there is {', '.join(known)}.", file=sys.stderr)
        return 2
    results = {}
    for name in arguments.demos or [name for name in known if (folder_of(name) / "weights").exists()]:
        try:
            results[name] = module(name, "evaluate").evaluate()
        except WeightsError as error:
            print(error, file=sys.stderr)
            return 2
    print(as_json(results) if arguments.format == "json" else as_text(results))
    return 0 if all(metric.met for metrics in results.values() for metric in metrics.values()) else 1


def as_json(results: dict[str, dict[str, Any]]) -> str:
    rows = {
        demo: {
            name: {"value": m.value, "bar": m.bar, "better": m.better, "pass": m.met}
            for name, m in metrics.items()
        }
        for demo, metrics in results.items()
    }
    return json.dumps(rows, indent=2)


def as_text(results: dict[str, dict[str, Any]]) -> str:
    lines = []
    for demo, metrics in results.items():
        lines += [
            demo,
            *(f"  {'✓' if m.met else '✗'} {name:34} {m.value:10.4f}" for name, m in metrics.items()),
        ]
    return "\n".join(lines)


def run_list(arguments: argparse.Namespace) -> int:
    from glossary.model import TermbaseError

    try:
        _, demos = project(arguments)
    except TermbaseError as error:
        print(error, file=sys.stderr)
        return 2
    if not demos:
        hint = "`python -m demos new NAME` writes one"
        print(f"There is no demo in {arguments.demos / 'apps'} yet: {hint}.", file=sys.stderr)
    if arguments.format == "json":
        print(json.dumps([described(demo) for demo in demos.values()], indent=2))
        return 0
    for demo in demos.values():
        print(
            f"{demo.name:24} shown at {', '.join(demo.terms)}; weights: {', '.join(demo.weights) or 'none'}"
        )
    print(f"trainable: {', '.join(trainable())}")
    return 0


def project(arguments: argparse.Namespace) -> "tuple[dict[str, Language], dict[str, Demo]]":
    """The languages and the demos of the project that the arguments name. Raises TermbaseError."""
    from demos.kit.languages import of_termbase
    from demos.kit.registry import load_demos

    root = (arguments.demos / "apps").resolve()
    languages = of_termbase(arguments.termbase, root)
    return languages, load_demos(languages, root)


def described(demo: "Demo") -> dict[str, Any]:
    """What `list --format json` says of a demo. Its weights meet their bars if every model's card does."""
    from demos.kit.weights import read_card

    files = [file for folder in demo.weight_folders for file in folder.glob("*.safetensors")]
    return {
        "demo": demo.name,
        "terms": list(demo.terms),
        "presets": list(demo.presets),
        "weights": list(demo.weights),
        "bytes": sum(file.stat().st_size for file in files),
        "bars_met": all(read_card(folder).met for folder in demo.weight_folders),
    }


def run_avatars(arguments: argparse.Namespace) -> int:
    from demos.data.avatars import render, sample
    from demos.kit.sheet import save_sheet

    pictures = render(sample(arguments.count, seed=arguments.seed), arguments.size).images
    save_sheet(pictures, arguments.out)
    return 0


def run_stills(arguments: argparse.Namespace) -> int:
    """Each demo's still from its default answer; then each package with a stills.py draws its own
    pictures."""
    from demos.kit.app import declared
    from demos.kit.functions import direct
    from demos.kit.labels import Labels
    from demos.kit.languages import default
    from demos.kit.stills import draw_still

    languages, demos = project(arguments)
    if unknown := [name for name in arguments.names if name not in demos]:
        print(f"There is no demo “{unknown[0]}”; there is {', '.join(demos)}.", file=sys.stderr)
        return 2
    for demo in demos.values():
        if demo.name in (arguments.names or demos):
            print(draw_still(declared(demo), direct, Labels(demo, default(languages))))
    for path in sorted(HERE.glob("*/*/stills.py")) if not arguments.names else []:
        for written in module(path.parent.name, "stills").draw():
            print(written)
    return 0


def run_new(arguments: argparse.Namespace) -> int:
    """Write the folder, then draw the still from the app that stands in it."""
    from demos.kit.languages import of_termbase
    from demos.kit.new import NewError, untranslated, write_demo
    from glossary.load import load
    from glossary.model import TermbaseError

    try:
        root = arguments.demos / "apps"
        languages = of_termbase(arguments.termbase, root)
        terms = load(arguments.termbase).concepts
        folder = write_demo(root, arguments.name, arguments.term, list(languages), terms)
    except (NewError, TermbaseError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{folder} now holds a demo that runs. Change app.py and demo.yml, then draw its still again:")
    if english := untranslated(languages):
        print(f"(demo.yml has English texts for {', '.join(english)} so far: translate them.)")
    print(f"python -m demos stills {arguments.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
