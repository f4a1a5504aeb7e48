"""What a reader is given: fragments of HTML that notebooks output, and the page that is made of them."""
