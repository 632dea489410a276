"""Korean names for the keys of metrics/; a key that has none stands as it is."""

_LABELS = {
    "above_ratio": "긍정 예제와 점수가 너무 가까움",
    "abstained": "답하지 않음",
    "answerable": "답이 있는 질문",
    "answerable_answered": "답이 있고 답한 질문",
    "answerable_with_gold_answer": "정답 글이 있는 질문",
    "candidates": "후보를 가른 규칙",
    "cap": "청크당 상한",
    "characters": "글자 수",
    "chunks": "청크",
    "citation": "인용",
    "coverage": "다룬 범위",
    "dev": "개발(dev)",
    "documents": "문서",
    "dropped": "버린 이유",
    "duplicate": "중복",
    "encodings": "인코딩",
    "evidence": "근거",
    "evidence_without_answering_chunk": "어느 청크도 담지 못한 근거",
    "first_loss": "처음 loss",
    "formats": "형식",
    "gold": "정답 질문과 같음",
    "groups": "함께 나눈 묶음",
    "held_out": "학습에 쓸 수 없는 문서",
    "kept": "남김",
    "last_loss": "마지막 loss",
    "leak": "답이 샘",
    "length": "길이",
    "max_tokens": "가장 긴 청크(토큰)",
    "mean_tokens": "평균 길이(토큰)",
    "near_duplicate": "긍정 예제와 거의 같음",
    "near_duplicate_pairs": "거의 같은 문서 쌍",
    "negatives": "부정 예제",
    "no_answer": "답 없음을 가리기",
    "not_computed": "계산하지 않은 것과 이유",
    "not_hardest": "가장 어려운 것에 들지 않음",
    "nothing_retrieved": "아무것도 찾지 못한 질문",
    "positives": "긍정 예제",
    "problem": "문제",
    "problems": "문제가 있던 파일",
    "queries": "질문",
    "questions": "질문",
    "ragas": "RAGAS(LLM 없이)",
    "round_trip": "되찾지 못함",
    "sections": "절",
    "skipped": "건너뜀",
    "source": "파일",
    "steps": "단계",
    "string": "글자 비교",
    "synthesis_from": "합성에 쓴 문서",
    "test": "평가(test)",
    "tokens": "토큰",
    "total": "합계",
    "train": "학습(train)",
    "two_or_more_evidence_spans": "근거가 둘 이상인 질문",
    "unanswerable": "답이 없는 질문",
    "unanswerable_left_out": "답이 없어 뺀 질문",
    "unit": "맞고 틀림을 가리는 단위",
    "untyped": "유형 없음",
    "without_answer_row": "답변 줄이 없는 질문",
    "without_answering_chunk": "맞는 청크가 없는 질문",
    "without_negatives": "부정 예제가 없는 질문",
    "written": "만듦",
    "yield": "남은 비율",
}


def label(key: str) -> str:
    """Return the Korean name of a key.

    Examples
    --------
    >>> label("documents"), label("nDCG@10")
    ('문서', 'nDCG@10')
    """
    return _LABELS.get(key, key)
