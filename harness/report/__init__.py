"""Turns a graded run into what people and programs read; computes no statistics of its own."""
