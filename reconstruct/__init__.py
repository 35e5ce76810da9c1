"""What does each layer of a convolutional network know about a picture?"""
