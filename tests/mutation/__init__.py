"""Mutation testing: break one thing in a rule or in the sweep, and see whether a test notices.

    python -m tests.mutation                                      every mutant of autograd/rules/ and autograd/sweep.py
    python -m tests.mutation --module autograd/rules/powers.py    of one page
    python -m tests.mutation --sample 200 --seed 1                some of them, the same ones each time

A mutant that no test kills is printed with its line before and after. Those that are known stand in `survivors.txt`
with the reason; any other makes the command fail, and so does a score below 98 %. Statements that only choose between
equal ways, such as a fast one and a general one, stand there, too, and are left out.
"""
