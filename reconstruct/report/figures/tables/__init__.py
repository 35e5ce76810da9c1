"""Tables of pictures: of any sweep, and the figures of the paper."""
