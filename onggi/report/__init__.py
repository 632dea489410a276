"""The report: one self-contained page made of the files in metrics/, of dvc.yaml and of params.yaml."""

from onggi.report.dag import read_dag
from onggi.report.decided import Decided, read_decided
from onggi.report.inputs import Metrics, load_folder
from onggi.report.page import Comparison, render
from onggi.report.revision import Revision

__all__ = ["Comparison", "Decided", "Metrics", "Revision", "load_folder", "read_dag", "read_decided", "render"]
