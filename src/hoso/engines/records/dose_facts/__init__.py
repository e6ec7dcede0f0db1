"""What may be counted of vaccine doses: vaccine, which dose, age, sex; never who had it, but for whoever may see."""
