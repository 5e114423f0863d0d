"""What a layer is: integers and text, from the standard library alone."""
