"""What another network sees in a reconstruction: never the network that was inverted.

`classifier` says whether an observer recognises the object and tells the photograph, `chance` what random pairs of
photographs share anyhow, `perceptual` how different two pictures look to people; `names` how an observer is asked for.
"""
