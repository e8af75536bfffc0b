"""What runs where: plan, read, analyse, write on Ray Data."""
