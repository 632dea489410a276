"""The whole of params.yaml: every section onggi knows, and all that is wrong with a file."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from onggi.answers.reader import AnswerParams, ReaderParams
from onggi.assessment.params import TruthsParams
from onggi.choosing.params import Candidates, SampleParams
from onggi.chunking import ChunkParams
from onggi.cleaning.params import CleanParams
from onggi.core import params
from onggi.core.errors import OnggiError, ParamsError
from onggi.core.params import PARAMS, NamedParams, Params
from onggi.documents.corpus import CorpusParams, IngestParams, obstacles
from onggi.documents.sandbox import Budget
from onggi.evaluation import curve
from onggi.evaluation.gate import GateParams
from onggi.evaluation.language.params import JudgeParams
from onggi.evaluation.params import EvaluateParams
from onggi.index.params import Indexes
from onggi.models import fitting
from onggi.models.declared import Bootstraps, HubModels, JoinedModels, LocalModels, Tokenizers
from onggi.models.params import EmbedParams, Encoders, RerankerParams
from onggi.negatives.params import MineParams, QuestionsParams
from onggi.performance.params import BenchmarkParams
from onggi.search import checks
from onggi.search.retriever import SearchParams
from onggi.search.rewriter import RewriterParams
from onggi.search.spec import Systems
from onggi.search.walk import models_of, prompts_of
from onggi.synthesis.params import SynthesizeParams, TeacherParams
from onggi.training.params import FinetuneParams
from onggi.truth.gold import GoldParams
from onggi.truth.guard import GUARD
from onggi.truth.split import SplitParams
from onggi.truth.truths import GOLD

AnyParams = type[Params] | type[NamedParams[Any]]

MODELS: tuple[type[NamedParams[Any]], ...] = (Tokenizers, Bootstraps, HubModels, LocalModels, JoinedModels)
"""The sections below ``models``, one for each way a model is made."""

TUNED = "tuned"
"""The model that fine-tuning makes."""

SECTIONS: tuple[AnyParams, ...] = (
    CorpusParams,
    GoldParams,
    IngestParams,
    CleanParams,
    ChunkParams,
    SplitParams,
    *MODELS,
    Encoders,
    EmbedParams,
    Indexes,
    SearchParams,
    Systems,
    RewriterParams,
    TeacherParams,
    SynthesizeParams,
    QuestionsParams,
    RerankerParams,
    MineParams,
    FinetuneParams,
    TruthsParams,
    EvaluateParams,
    GateParams,
    ReaderParams,
    AnswerParams,
    JudgeParams,
    Candidates,
    SampleParams,
    BenchmarkParams,
)
"""Every section of params.yaml in its order; a new one is a line here and its import."""


def problems(path: Path) -> list[OnggiError]:
    """Return all that is wrong with a params file: in the order of `SECTIONS`, then unknown sections, then names.

    Raises
    ------
    ParamsError
        The file is missing, or is not a YAML mapping.
    """
    loaded = params.read(path)
    found: list[OnggiError] = []
    for section in SECTIONS:
        found += params.problems(section, loaded, path)
    known = list(dict.fromkeys(section.key.split(".")[0] for section in SECTIONS))
    for key in loaded:
        if key not in known:
            found.append(ParamsError(f"{path}: {key}", "unknown section", f"known: {', '.join(known)}"))
    for group in dict.fromkeys(section.key.split(".")[0] for section in SECTIONS if "." in section.key):
        kinds = [section.key.split(".")[1] for section in SECTIONS if section.key.startswith(f"{group}.")]
        for key in loaded[group] if isinstance(loaded.get(group), dict) else ():
            if key not in kinds:
                what = "unknown kind of model" if group == "models" else "unknown key"
                found.append(ParamsError(f"{path}: {group}.{key}", what, f"known: {', '.join(kinds)}"))
    return found or list(unknown_names(loaded))


def corpus(path: Path) -> tuple[Path, Budget]:
    """Return where the documents of a params file are, and what reading one may take.

    Raises
    ------
    ParamsError
        The file is missing, or one of the two sections is wrong.
    """
    loaded = params.read(path)
    return Path(CorpusParams.parse(loaded, path).path), IngestParams.parse(loaded, path).budget


def gate(path: Path) -> tuple[GateParams, EvaluateParams]:
    """Return the rules of the gate in a params file, and how it compares.

    Raises
    ------
    ParamsError
        The file is missing, or one of the two sections is wrong.
    """
    loaded = params.read(path)
    return GateParams.parse(loaded, path), EvaluateParams.parse(loaded, path)


def gold(path: Path) -> GoldParams:
    """Return where the labels of a params file are.

    Raises
    ------
    ParamsError
        The file is missing, or the section is wrong.
    """
    return GoldParams.parse(params.read(path), path)


def searchable(path: Path) -> list[str]:
    """Return the names of all indexes and systems of a params file: each has a run.

    Raises
    ------
    ParamsError
        The file is missing, or one of the two sections is wrong.
    """
    loaded = params.read(path)
    return [*Indexes.parse(loaded, path), *Systems.parse(loaded, path)]


def picked_on_test(path: Path) -> list[OnggiError]:
    """Return the weight of a fusion that is the best on test, where dev says another: test is for reporting.

    What each weight scores, the last build has written to ``metrics/fusion_curve.csv``.
    """
    loaded = params.read(path)
    file = path.parent / "metrics" / curve.NAME
    if params.problems(EvaluateParams, loaded, path) or params.problems(Systems, loaded, path) or not file.exists():
        return []
    declared, systems = EvaluateParams.parse(loaded, path).curve, Systems.parse(loaded, path)
    if declared is None or declared.operands(systems) is None:
        return []
    chosen = declared.weight(systems)
    best = curve.best(file.read_text("utf-8"), declared.system)
    if best is None or chosen in best["dev"] or chosen not in best["test"]:
        return []
    what = f"{chosen:g} is the best weight on test, and not on dev"
    fix = f"choose on dev, which says {' or '.join(f'{weight:g}' for weight in best['dev'])}"
    return [ParamsError(f"{path}: systems.{declared.system}.weights", what, fix)]


def unhashable(path: Path) -> list[OnggiError]:
    """Return the files of the corpus that DVC fails at, or waits for without end, and does not name."""
    loaded = params.read(path)
    if params.problems(CorpusParams, loaded, path):
        return []
    return [*obstacles(path.parent / CorpusParams.parse(loaded, path).path)]


def unknown_names(loaded: Mapping[str, Any]) -> Iterator[ParamsError]:
    """Yield where one section of right settings names what another does not declare, or declares otherwise."""
    models: dict[str, str] = {TUNED: "finetune"}
    for section in MODELS:
        for name in section.parse(loaded):
            if name in models:
                fix = f"rename one; {models[name]} makes models/{name} too"
                yield ParamsError(f"{PARAMS}: {section.key}.{name}", "the name is taken", fix)
            models[name] = section.key
    encoders, indexes, systems = Encoders.parse(loaded), Indexes.parse(loaded), Systems.parse(loaded)
    searchable = [*indexes, *systems]
    tuned = FinetuneParams.parse(loaded)
    reranker, answering = RerankerParams.parse(loaded), AnswerParams.parse(loaded)
    named = [
        *((f"encoders.{name}", name, "model", list(models)) for name in encoders),
        *((f"indexes.{name}.encoder", indexes[name].encoder, "encoder", list(encoders)) for name in indexes),
        *((f"systems.{name}", model, "model", list(models)) for name in systems for model in models_of(systems[name])),
        ("synthesize.index", SynthesizeParams.parse(loaded).index, "index", list(indexes)),
        *((f"mine.candidates.{name}", name, "index", list(indexes)) for name in MineParams.parse(loaded).candidates),
        ("reranker.model", reranker.model, "model", list(models)),
        ("finetune.base", tuned.base, "model", [name for name in models if name != TUNED]),
        ("answer.system", answering.system, "index or system", searchable),
        ("answer.encoder", answering.encoder, "encoder", list(encoders)),
        ("judge.encoder", JudgeParams.parse(loaded).encoder, "encoder", list(encoders)),
    ]
    for where, name, what, known in named:
        if name not in known:
            yield _unknown(where, name, what, known)
    yield from checks.problems(systems, indexes)
    yield from _misfits(loaded, _kinds(loaded))
    if RewriterParams.parse(loaded).backend == "off":
        for name in systems:
            if prompts := prompts_of(systems[name]):
                what = f"asks a language model ({', '.join(prompts)}), and rewriter.backend is off"
                yield ParamsError(f"{PARAMS}: systems.{name}", what, "name a backend: recorded, openai or transformers")
    evaluated = EvaluateParams.parse(loaded)
    yield from evaluated.unknown(searchable)
    if evaluated.curve and evaluated.curve.operands(systems) is None:
        fix = "name a system {fuse: [NAME, NAME], by: weighted}"
        yield ParamsError(f"{PARAMS}: evaluate.curve.system", f"got {evaluated.curve.system!r}", fix)
    truths = TruthsParams.parse(loaded)
    yield from truths.problems(searchable, JudgeParams.parse(loaded).backend)
    guarded = [GUARD] if evaluated.guard else []
    yield from GateParams.parse(loaded).problems(searchable, [GOLD, *truths.names, *guarded])


def _misfits(loaded: Mapping[str, Any], kinds: fitting.Kinds) -> Iterator[ParamsError]:
    """Yield the models that are of another kind than what they are named for."""
    yield from fitting.problems(Encoders.parse(loaded), JoinedModels.parse(loaded), kinds)
    yield from checks.misfits(Systems.parse(loaded), Indexes.parse(loaded), kinds)
    reranker = RerankerParams.parse(loaded)
    teacher = "reranker" if reranker.kind == "cross_encoder" else "encoder"
    yield from fitting.misfit("reranker.model", reranker.model, kinds, teacher)
    yield from fitting.misfit("finetune.base", FinetuneParams.parse(loaded).base, kinds, "encoder")
    for section in (AnswerParams, JudgeParams):
        yield from fitting.misfit(f"{section.key}.encoder", section.parse(loaded).encoder, kinds, "encoder")


def _kinds(loaded: Mapping[str, Any]) -> fitting.Kinds:
    """Return the kind of each declared model by its name."""
    found: dict[str, str] = dict.fromkeys(Tokenizers.parse(loaded), "tokenizer")
    found |= dict.fromkeys(Bootstraps.parse(loaded), "encoder")
    found |= dict.fromkeys(JoinedModels.parse(loaded), "joined")
    for stored in (HubModels.parse(loaded), LocalModels.parse(loaded)):
        found |= {name: stored[name].task for name in stored}
    return found | {TUNED: "encoder"}


def _unknown(where: str, name: str, what: str, known: list[str]) -> ParamsError:
    near = get_close_matches(name, known, 1)
    meant = f"did you mean {near[0]}? " if near else ""
    return ParamsError(f"{PARAMS}: {where}", f"there is no {what} {name!r}", f"{meant}declared: {', '.join(known)}")
