"""What the specialists can do: plain typed functions over one patient's records, whose results carry evidence ids."""
