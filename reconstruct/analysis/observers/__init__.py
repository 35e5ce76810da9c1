"""What another network sees in a reconstruction: never the network that was inverted.

`classifier` is how a network looks at pictures: the probabilities of its classes and an embedding. `names` says how one
is asked for, `choices` makes it. `identification` says whether an observer takes a picture for its original, `chance`
what random pairs of photographs share anyhow. `perceptual` is a distance that was fitted to people's judgements of how
different two pictures look.
"""
