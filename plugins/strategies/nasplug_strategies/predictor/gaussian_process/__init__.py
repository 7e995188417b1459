"""A Gaussian process on scalars of graphs: scaling, hyper-parameters, posterior."""
