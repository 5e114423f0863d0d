"""Where arrays come from: untrusted bytes and words → checked arrays, within a budget."""
