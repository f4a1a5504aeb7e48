"""同类比较: the departments of a batch held against each other, as a page and a workbook."""

from auditbook.peers.delivering import deliver
from auditbook.peers.gathered import Peers, gather
from auditbook.peers.peer_book import workbook
from auditbook.peers.peer_page import page

__all__ = ["Peers", "deliver", "gather", "page", "workbook"]
