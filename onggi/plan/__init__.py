"""What the next `dvc repro` will do, row by row, before it does it, and why (`onggi plan`, `onggi why`).

The only room that knows DVC. A plan runs the stages that are stale in a scratch folder, in planning mode: what costs
little is done, what a model would have to compute is counted (see `onggi.work.session`).
"""
