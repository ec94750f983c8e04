"""What all demos share, written once: the contract of a demo and how its page is made from it, training loop,
random numbers, weights and cards, metrics, devices, pictures and words.

Nothing here knows a particular demo, model or data set. What only the server needs is in `server`.
"""
