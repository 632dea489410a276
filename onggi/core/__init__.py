"""What every room stands on: errors, parameters, the rows of tables, and files written whole or not at all."""
