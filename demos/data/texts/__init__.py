"""Short texts in several languages, to learn language from, and the characters that become numbers.

`prose` holds what was written by hand, `grammar` writes the rest (one YAML file for each language), `corpus`
splits both into training, validation and test, and `characters` numbers them. What each corpus is made of and
what it lacks stands in `cards.yml`. No net belongs here.
"""
