"""What a valid configuration is. The flows and the set-up ask the same judge; answers are `{field: error key}`.

One file for each thing that is set up. The error keys are translated twice: for forms by the flows, for the log under
`exceptions`. Every function here takes data as it is stored (see const.py), whole or in part: what is missing is an
error of its field, never an exception.
"""
