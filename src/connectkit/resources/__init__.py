"""What a platform does, a room a topic: an asynchronous source and its blocking face in each."""
