"""Demo: the same points in a discriminative and in a generative model, and Bayes' theorem between them."""
