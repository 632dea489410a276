"""What the next `dvc repro` will do, row by row, before it does it, and why (`onggi plan`, `onggi why`).

The only room that knows DVC, in `onggi.plan.project`. A plan runs the stages that are stale in a scratch folder, in
planning mode and without a network: what costs little is done, what a model would have to compute is counted (see
`onggi.work.session`). Behind rows that must be computed first nobody knows more than after which stage it is known.
"""
