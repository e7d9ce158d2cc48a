"""The judge: what an author writes cases with, and what runs them.

It is trusted and never meets the student's code: what it compares came over the bridge as data.
"""
