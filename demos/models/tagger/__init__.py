"""The tagger: it reads letters without spaces and signs, in three languages, and says of each what stood
behind it: many to many, in step."""
