"""The numbers: NumPy only; arrays in, arrays out; no colors, no words."""
