"""A build's metrics, and its dvc.yaml and params.yaml with the shapes that matter: repeated stages and a circle."""

import json
from pathlib import Path

MEASURES = ("Success@1", "R@5", "R@10", "R@100", "R@2000tok", "RR@10", "AP", "nDCG@10")
RETRIEVAL = {
    system: dict(zip(MEASURES, values, strict=True))
    for system, values in {
        "bm25": (0.5, 0.8, 0.85, 0.97, 0.91, 0.6, 0.59, 0.6512),
        "dense-base": (0.4, 0.7, 0.73, 0.95, 0.82, 0.55, 0.5, 0.6001),
        "dense-tuned": (0.55, 0.85, 0.87, 0.98, 0.93, 0.61, 0.6, 0.7003),
        "hybrid": (0.6, 0.9, 0.92, 0.99, 0.96, 0.71, 0.7, 0.7654),
        "hybrid-rrf": (0.58, 0.9, 0.92, 0.99, 0.95, 0.7, 0.69, 0.7701),
        "hybrid-reranked-by-a-cross-encoder": (0.61, 0.88, 0.91, 0.9, 0.94, 0.72, 0.68, 0.7611),
        "사내 용어로 다시 묻기": (0.49, 0.77, 0.8, 0.93, 0.88, 0.58, 0.57, 0.6401),
        "투표": (0.52, 0.81, 0.84, 0.84, 0.9, 0.6, 0.58, 0.6522),
    }.items()
}
del RETRIEVAL["투표"]["R@100"], RETRIEVAL["hybrid-reranked-by-a-cross-encoder"]["R@100"]
DEV = {
    system: {measure: round(value - 0.05 + 0.02 * (system == "hybrid"), 4) for measure, value in measures.items()}
    for system, measures in RETRIEVAL.items()
}
SIGNIFICANCE = {
    "dense-base → dense-tuned": {
        "queries": 40,
        "R@5": {"difference": 0.15, "p": 0.001},
        "nDCG@10": {
            "difference": 0.1002,
            "interval": [0.0412, 0.1603],
            "p": 0.00312,
            "p_bootstrap": 0.004,
            "p_holm": 0.0441,
            "wins": 14,
            "ties": 21,
            "losses": 5,
            "detectable": 0.0851,
        },
    },
    "bm25 → dense-base": {"queries": 40, "nDCG@10": {"difference": -0.0511, "p": 0.0311}},
    "bm25 → dense-tuned": {"queries": 40, "nDCG@10": {"difference": 0.0491, "p": 0.0419, "p_holm": 0.2514}},
    "bm25 → hybrid": {"queries": 40, "nDCG@10": {"difference": 0.1142, "p": 9.999e-05}},
    "bm25 → hybrid-rrf": {"queries": 40, "nDCG@10": {"difference": 0.1189, "p": 9.999e-05}},
    "bm25 → hybrid-reranked-by-a-cross-encoder": {"queries": 40, "nDCG@10": {"difference": 0.1099, "p": 0.0002}},
    "bm25 → 사내 용어로 다시 묻기": {"queries": 40, "nDCG@10": {"difference": -0.0111, "p": 0.4419}},
    "bm25 → 투표": {"queries": 40, "nDCG@10": {"difference": 0.001, "p": 0.91}},
}
FAILURES = [
    {
        "query_id": "q007",
        "question": "장독대 <script>alert(1)</script> 대여료는?",
        "type": "규정",
        "expected": [{"doc_id": "시설/장독대.md", "quote": "대여료는 하루 3,000원이다."}],
        "answered_by_a_chunk": True,
        "first_relevant_rank": 12,
        "found": [{"chunk_id": "시설/<img src=x>.md#0-90", "score": 0.0328, "text": "장독대 & 텃밭은 </p> 무료"}],
    },
    {
        "query_id": "q019",
        "question": "김장 교실은 언제 여나요",
        "type": "절차",
        "expected": [{"doc_id": "행사/김장.txt", "quote": "매년 11월 첫째 토요일"}],
        "answered_by_a_chunk": True,
        "first_relevant_rank": None,
        "found": [],
    },
]
SHALLOW = {
    "hybrid-reranked-by-a-cross-encoder": {"R@100": "the system returns 50 chunks"},
    "투표": {"R@100": "the system returns 20 chunks"},
}
COVERAGE = {
    "questions": 44,
    "answerable": 40,
    "unit": {"chunk": 40, "document": 0},
    "nothing_retrieved": dict.fromkeys(RETRIEVAL, 0) | {"bm25": 1},
    "not_computed": SHALLOW,
}
OBJECTS = {
    "retrieval": RETRIEVAL,
    "dev": DEV,
    "significance": SIGNIFICANCE,
    "coverage": {**COVERAGE, "dev": {**COVERAGE, "questions": 15, "answerable": 12}},
    "ingest": {
        "documents": 84,
        "formats": {"html": 30, "md": 54},
        "problems": [{"source": "시설/<b>깨짐</b>.pdf", "problem": "no text"}],
    },
    "chunks": {"chunks": 612, "mean_tokens": 144.1},
    "gold": {"questions": {"train": 120, "dev": 50, "test": 70}, "documents": {"train": 50, "dev": 14, "test": 20}},
    "questions": {
        "written": {"정의": 400, "절차": 300, "total": 700},
        "dropped": {"length": 12, "round_trip": 88},
        "kept": {"정의": 350, "절차": 250, "total": 600},
        "yield": {"정의": 0.875, "절차": 0.8333},
    },
    "negatives": {"queries": 600, "rules": {"kept": 4200, "too_close": 77}},
    "training": {"steps": 20, "learning_rate": 1e-5},
    "answers": {
        "string": {"EM": 0.2312, "F1": 0.4411},
        "not_computed": {"faithfulness": "needs an LLM as judge; the embedded default has none"},
    },
    "failures": {"system": "hybrid", "split": "test", "failures": FAILURES},
}
OBJECTS["failures"]["causes"] = {
    "lost in fusion": {"rule": "an input has it", "count": 1, "examples": ["q007"]},
    "not retrieved": {"rule": "no index has it", "count": 3, "examples": ["q019", "q0/2 <b>"]},
}
TEXT = "𠮷네 장독대 <script>alert(2)</script> 대여료는 하루 3,000원이다. 텃밭 & 그늘막은 무료."
QUOTE = "대여료는 하루 3,000원이다."
OBJECTS["intervals"] = {
    "queries": 40,
    "documents": 22,
    "systems": {
        system: {
            name: {"mean": value, "interval": [round(value - 0.05, 4), round(min(1, value + 0.05), 4)]}
            for name, value in measures.items()
        }
        for system, measures in RETRIEVAL.items()
    },
}
OBJECTS["side_by_side"] = {
    "split": "test",
    "of": 40,
    "systems": list(RETRIEVAL),
    "questions": [
        {
            "query_id": query_id,
            "question": question,
            "type": kind,
            "evidence": [{"doc_id": "시설/장독대.md", "place": "line 3", "quote": QUOTE}],
            "ranks": dict.fromkeys(RETRIEVAL, None) | {"bm25": 2, "hybrid": 1},
            "found": {key: [["가#9-20", 0.5]] for key in RETRIEVAL}
            | {"bm25": [["가#9-20", 0.5], ["가#0-9", 0.25]], "hybrid": [["가#0-9", 0.75]], "투표": []},
            "marks": {"가#0-9": [[TEXT.index(QUOTE), TEXT.index(QUOTE) + len(QUOTE)]]},
            "answering": ["가#0-9"],
        }
        for query_id, question, kind in (
            ("q007", "장독대 <script>alert(1)</script> 대여료는?", "규정"),
            ("q019", "김장 교실은 언제 여나요", "절차"),
            ("q021", "그늘막은 얼마인가", "규정"),
            ("q030", "주차 요금은 얼마인가", "규정"),
        )
    ],
    "chunks": {
        "가#0-9": {"heading": "장독대 > 요금", "place": "lines 3–4", "text": TEXT},
        "가#9-20": {"heading": "", "text": "다른 글 𠮷 " * 60},
    },
}
OBJECTS["truths"] = {
    "truths": {
        "gold": {
            "queries": 40, "pairs": 61, "graded": False, "min_relevance": 1, "unit": "chunk", "systems": RETRIEVAL,
        },
        "lexical": {
            "queries": 38, "pairs": 190, "graded": False, "min_relevance": 1, "unit": "chunk",
            "systems": {"bm25": {"nDCG@10": 0.9}, "hybrid": {"nDCG@10": 0.8}},
        },
        "llm": {
            "queries": 40, "pairs": 220, "graded": True, "min_relevance": 3, "unit": "document",
            "systems": {"hybrid": {"nDCG@10": 0.61, "R@10": 0.7}},
        },
        "qrels": {"reason": "no <b>qrels</b> are imported"},
    },
    "agreement": {
        "gold ~ lexical": {
            "queries": 38, "pairs_first": 61, "pairs_second": 190, "pairs_both": 30, "overlap": 0.1357,
            "pairs_judged": 212, "kappa": 0.2104,
        },
        "gold ~ qrels": {"reason": "no question in common"},
    },
}  # fmt: skip
OBJECTS["guard"] = {
    "queries": 30,
    "documents": 15,
    "chunks": 210,
    "systems": {"dense-base": {"nDCG@10": 0.71, "R@10": 0.9}, "dense-tuned": {"nDCG@10": 0.6688, "R@10": 0.88}},
    "differences": {
        "dense-base → dense-tuned": {
            "queries": 30,
            "documents": 15,
            "nDCG@10": {
                "difference": -0.0412, "interval": [-0.0801, -0.0111], "p": 0.0099, "p_bootstrap": 0.01,
                "p_holm": 0.0198, "wins": 2, "ties": 18, "losses": 10, "detectable": 0.05,
            },
        }
    },
}  # fmt: skip
OBJECTS["performance"] = {
    "machine": {"cpu": "a <b>processor</b>", "cores": 2, "gpu": None, "load_before": 0.1},
    "not_measured": {"사내 용어로 다시 묻기": "it asks a language model"},
    "systems": {
        name: {
            "latency_ms": {"p50": p50, "p95": 9.0, "p99": 12.25},
            "queries_per_second": 210.5,
            "cold_start_s": 2.5,
            "warm_start_s": 0.5,
            "index_mb": 1.75,
            "peak_memory_mb": {"host": 612.5},
            "queries": 1000,
            "errors": 0,
        }
        for name, p50 in (("bm25", 2.5), ("hybrid", 6.5))
    },
}
SEVERAL, NOWHERE = OBJECTS["side_by_side"]["questions"][2:]
SEVERAL |= {"pieces": 3, "pieces_found": dict.fromkeys(RETRIEVAL, 0) | {"hybrid": 2}, "says": {"가#0-9": [1, 3]}}
NOWHERE |= {"evidence": [], "ranks": dict.fromkeys(RETRIEVAL), "marks": {}, "answering": []}
TYPES = ("정의", "절차", "규정", "예시", "비교", "적용")

DVC_YAML = """\
stages:
  ingest: {cmd: x, deps: [onggi/core, "${corpus.path}"], outs: [data/documents.parquet]}
  chunk: {cmd: x, deps: [data/documents.parquet], outs: [data/chunks.parquet]}
  bootstrap:
    foreach: ${models.bootstrap}
    do: {cmd: x, desc: an encoder, deps: [data/documents.parquet], outs: ["models/${key}"]}
  fetch:
    foreach: ${models.hub}
    do: {cmd: x, outs: ["models/${key}"]}
  encode:
    foreach: ${encoders}
    do: {cmd: x, deps: [data/chunks.parquet, "models/${key}"], outs: ["data/encoded/${key}"]}
  index:
    foreach: ${indexes}
    do: {cmd: x, deps: ["data/encoded/${item.encoder}"], outs: ["data/index/${key}"]}
  finetune: {cmd: x, deps: ["data/index/${mine.index}", models/base], outs: [models/tuned]}
  search:
    foreach: ${indexes}
    do: {cmd: x, deps: ["data/index/${key}"], outs: ["data/runs/${key}.parquet"]}
  evaluate:
    cmd: x
    deps: [data/runs]
    metrics: [metrics/retrieval.json: {cache: false}]
  report: {cmd: x, deps: [metrics/retrieval.json, docs/dag.svg], outs: [metrics/report.html]}
"""
PARAMS_YAML = """\
corpus: {path: data/raw}
models: {bootstrap: {base: {layers: 1}, other: {layers: 2}}, hub: {}}
encoders: {base: {}, other: {}, tuned: {}}
indexes: {dense-base: {encoder: base}, 다른: {encoder: other}, dense-tuned: {encoder: tuned}}
mine: {index: dense-base}
systems: {hybrid: {fuse: [bm25, dense-tuned], by: weighted, weights: [0.6, 0.4]}}
gate: {systems: [hybrid, bm25, 투표], measures: {nDCG@10: 0.01}, targets: {nDCG@10: 0.7, R@10: 0.9}}
"""


def write_project(folder: Path) -> None:
    """Write metrics/, dvc.yaml and params.yaml."""
    write_metrics(folder / "metrics")
    (folder / "dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    (folder / "params.yaml").write_text(PARAMS_YAML, encoding="utf-8")


def write_metrics(folder: Path) -> None:
    """Write every file of metrics/ that the report reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in OBJECTS.items():
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    lines = ["system,type,queries,measure,value"]
    lines += [f"{s},{t},7,nDCG@10,{RETRIEVAL[s]['nDCG@10']}" for s in RETRIEVAL for t in TYPES]
    (folder / "per_type.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["fact,value,system,queries,measure,mean"]
    facts = [("type", kind) for kind in TYPES] + [("overlap", band) for band in ("> 0.5", "≤ 0.25", "≤ 0.5")]
    lines += [f"{f},{v},{s},7,{m},{RETRIEVAL[s][m]}" for f, v in facts for s in RETRIEVAL for m in RETRIEVAL[s]]
    (folder / "breakdown.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = [(s, m) for s in RETRIEVAL for m in ("nDCG@10", "R@10")]
    lines = ["truth,query_id,about,type,question," + ",".join(f"{s} {m}" for s, m in columns)]
    for n, question in enumerate(OBJECTS["side_by_side"]["questions"][:3]):
        values = [round((n * 3 + place * 5) % 11 / 10, 2) for place in range(len(columns))]
        labels = f"{question['query_id']},d,{question['type']},{question['question']}"
        lines.append(f"gold,{labels},{','.join(map(str, values))}")
        lines.append(f"lexical,{labels},{','.join(['1.0'] + [''] * (len(values) - 1))}")
    (folder / "per_query.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["system,weight,split,measure,value"]
    lines += [f"hybrid,{w / 10},{s},nDCG@10,{0.6 + w / 50 - w * w / 400}" for s in ("dev", "test") for w in range(11)]
    (folder / "fusion_curve.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["system,k,recall,low,high"]
    deepest = {"투표": 20, "hybrid-reranked-by-a-cross-encoder": 50}
    for system, measures in RETRIEVAL.items():
        first, growth = measures["Success@1"], measures["R@10"] - measures["Success@1"]
        lines += [
            f"{system},{k},{value:.4f}," + (f"{value - 0.1:.4f},{value:.4f}" if system == "bm25" else ",")
            for k in range(1, deepest.get(system, 100) + 1)
            for value in (min(0.99, first + growth * (1 - 1 / k) / 0.9),)
        ]
    (folder / "recall_curve.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "loss.csv").write_text("step,epoch,loss\n5,0.5,2.5\n10,1.0,1.25\n20,2.0,0.75\n", encoding="utf-8")
