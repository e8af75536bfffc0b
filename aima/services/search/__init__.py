"""Search: moments of the archive by face, picture and words, with the reason why each was found."""
