"""A small build's metrics, and the dvc.yaml of one with the shapes that matter: a repeated stage and a circle."""

import json
from pathlib import Path

MEASURES = ("Success@1", "R@5", "RR@10", "nDCG@10")
RETRIEVAL = {
    "bm25": dict(zip(MEASURES, (0.5, 0.8, 0.6, 0.6512), strict=True)),
    "dense-base": dict(zip(MEASURES, (0.4, 0.7, 0.55, 0.6001), strict=True)),
    "dense-tuned": dict(zip(MEASURES, (0.55, 0.85, 0.61, 0.7003), strict=True)),
    "hybrid": dict(zip(MEASURES, (0.6, 0.9, 0.71, 0.7654), strict=True)),
}
SIGNIFICANCE = {
    "bm25 → dense-base": {"queries": 40, "nDCG@10": {"difference": -0.0511, "p": 0.2211}},
    "dense-base → dense-tuned": {"queries": 40, "nDCG@10": {"difference": 0.1002, "p": 0.00312}},
    "dense-tuned → hybrid": {"queries": 40, "nDCG@10": {"difference": 0.0651, "p": 0.0419}},
    "bm25 → hybrid": {"queries": 40, "nDCG@10": {"difference": 0.1142, "p": 9.999e-05}},
}
FAILURES = [
    {
        "query_id": "q007",
        "question": "장독대 <script>alert(1)</script> 대여료는?",
        "type": "규정",
        "expected": [{"doc_id": "시설/장독대.md", "quote": "대여료는 하루 3,000원이다."}],
        "answered_by_a_chunk": True,
        "first_right_rank": 12,
        "found": [{"chunk_id": "시설/<img src=x>.md#0-90", "score": 0.0328, "text": "장독대 & 텃밭은 </p> 무료"}],
    },
    {
        "query_id": "q019",
        "question": "김장 교실은 언제 여나요",
        "type": "절차",
        "expected": [{"doc_id": "행사/김장.txt", "quote": "매년 11월 첫째 토요일"}],
        "answered_by_a_chunk": True,
        "first_right_rank": None,
        "found": [],
    },
]
OBJECTS = {
    "retrieval": RETRIEVAL,
    "significance": SIGNIFICANCE,
    "coverage": {"questions": 44, "answerable": 40, "unit": {"chunk": 40, "document": 0}},
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
}
TYPES = ("정의", "절차", "규정", "예시", "비교", "적용")

DVC_YAML = """\
stages:
  ingest: {cmd: x, deps: [onggi/errors.py, "${corpus.path}"], outs: [data/documents.parquet]}
  chunk: {cmd: x, deps: [data/documents.parquet], outs: [data/chunks.parquet]}
  base_model: {cmd: x, deps: [data/documents.parquet], outs: [models/base]}
  embed:
    foreach: [base, tuned]
    do: {cmd: x, deps: [data/chunks.parquet, "models/${item}"], outs: ["data/index/${item}"]}
  finetune: {cmd: x, deps: [data/index/base, models/base], outs: [models/tuned]}
  retrieve:
    matrix: {system: [dense-base, dense-tuned]}
    cmd: x
    deps: [data/index]
    outs: ["data/runs/${item.system}.parquet"]
  evaluate:
    cmd: x
    deps: [data/runs/dense-base.parquet, data/runs/dense-tuned.parquet]
    metrics: [metrics/retrieval.json: {cache: false}]
  report: {cmd: x, deps: [metrics/retrieval.json], outs: [metrics/report.html]}
"""


def write_metrics(folder: Path) -> None:
    """Write every file of metrics/ that the report reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in OBJECTS.items():
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (folder / "failures.json").write_text(json.dumps(FAILURES, ensure_ascii=False), encoding="utf-8")
    lines = ["system,type,queries,measure,value"]
    lines += [f"{s},{t},7,nDCG@10,{RETRIEVAL[s]['nDCG@10']}" for s in RETRIEVAL for t in TYPES]
    (folder / "per_type.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["system,k,recall"]
    lines += [f"{s},{k},{round(RETRIEVAL[s]['Success@1'] + k / 400, 4)}" for s in RETRIEVAL for k in range(1, 101)]
    (folder / "recall_curve.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "loss.csv").write_text("step,epoch,loss\n5,0.5,2.5\n10,1.0,1.25\n20,2.0,0.75\n", encoding="utf-8")
