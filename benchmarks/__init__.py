"""Measurements that print their own tables; nothing here is part of the package."""
