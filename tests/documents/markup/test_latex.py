from collections.abc import Callable

import pytest

from onggi.documents.blocks import Joined
from onggi.documents.markup import latex

Read = Callable[[str, bytes], Joined]

SOURCE = r"""\documentclass[a4paper]{article}
\usepackage{kotex} % 한글
\title{독의 \textbf{수학}}
\newcommand{\독}{항아리}
\begin{document}
\maketitle
% 지운 줄
\section{부피\label{sec:vol}} 독의 부피는 $V = \pi r^2 h$이고~\cite{kim} 값은 50\,\% 이다.
다음 줄.\footnote{공휴일은 뺀다.}

\subsection*{목록}
\begin{itemize}
  \item 하나 % 말
  \item \emph{둘} \href{http://a.b}{누리집}
\end{itemize}
\begin{enumerate}[label=(1)]
  \item 쓴다
  \item 낸다
\end{enumerate}
\begin{equation}\label{eq} E = mc^2 \end{equation}
\begin{tabular}{l|c}
\hline 구분 & 값 \\ 독 \& 뚜껑 & 3 \\[2pt]
\end{tabular}
\begin{verbatim}
100% \section{x}
\end{verbatim}
\input{다음}
``끝''\end{document}
뒤"""


def test_sections_lists_tables_and_mathematics(read: Read) -> None:
    joined = read(".tex", SOURCE.encode())
    assert joined.text == (
        "부피\n\n독의 부피는 $V = \\pi r^2 h$이고 값은 50 % 이다. 다음 줄.\n\n공휴일은 뺀다.\n\n목록\n\n"
        "하나\n둘 누리집\n\n1. 쓴다\n2. 낸다\n\n$$\\label{eq} E = mc^2$$\n\n"
        "구분 | 값\n독 & 뚜껑 | 3\n\n100% \\section{x}\n\n“끝”"
    )
    assert [section.heading for section in joined.sections] == [["부피"], ["부피", "목록"]]
    content = latex.read(SOURCE.encode(), "가.tex")
    assert (content.title, content.removed["included files"]) == ("독의 수학", 1)


@pytest.mark.parametrize(
    "source", ["\\begin{verbatim}" * 5000, "\\section{" * 5000, "$" * 20_001, "\\textbf{" * 20_000 + "독", "{" * 20_000]
)
def test_what_is_never_closed_ends(source: str) -> None:
    list(latex.read(source.encode(), "가.tex").blocks)
