"""The dataset on disk: the published files, and the table that is made of them."""
