"""The dataset on disk: reading the published files once, and the table made of them."""
