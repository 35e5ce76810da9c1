"""A page on which the cells of sweeps are explored: one file that opens by itself, without a server or a network.

`content` gathers what there is to show as plain data, `document` makes the page of it. What the page does in a browser
is in ``script/``, one file a view, plain JavaScript; how it looks is in ``style.css``.
"""
