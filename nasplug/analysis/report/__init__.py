"""One run as one page: self-contained HTML with Plotly, for a browser without a network."""
