"""What the models learn from: one folder for each data set, made by code, except for prose written by hand.

Each row depends on a seed and its number alone, so that training, measuring and readers see the same data on
every machine. Labels are exact, because what draws a thing knows it. Nets and metrics do not belong here.
"""
