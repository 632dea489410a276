"""report: the metrics and the DAG as one page."""

from pathlib import Path

from stages import Opt, run


def main(metrics: Opt[Path], dag: Opt[Path], out: Opt[Path]) -> None:
    """Write the page made of the files in the metrics folder, of a dvc.yaml and of the params.yaml beside it.

    What holds times is left out, else the page would depend on whether a benchmark was run; `onggi report` shows it.
    """
    from onggi.core.outs import write_text
    from onggi.report import load_folder, read_dag, read_decided, render

    decided = read_decided(dag.with_name("params.yaml"))
    write_text(out, render(load_folder(metrics, timed=False), read_dag(dag), decided=decided))


if __name__ == "__main__":
    run(main)
