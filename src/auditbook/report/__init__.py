"""What a reader is given: fragments of HTML that notebooks output, and pages made of them."""
