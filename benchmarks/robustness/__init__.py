"""Fits that are killed, and inputs that are bad or odd: what does not end as it should?"""
