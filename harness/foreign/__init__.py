"""What other benchmarks' runners wrote, graded here."""
