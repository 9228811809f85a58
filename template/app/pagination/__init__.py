"""Cursor pages (keyset pagination): page 10,000 costs what page 1 costs.

A page starts behind the last row seen, whatever was inserted or deleted meanwhile.
"""

from app.pagination.cursor import InvalidCursor, PageParams, Paging
from app.pagination.page import Page, paginate, paginate_mine
from app.pagination.sort import Sort

__all__ = ["InvalidCursor", "Page", "PageParams", "Paging", "Sort", "paginate", "paginate_mine"]
