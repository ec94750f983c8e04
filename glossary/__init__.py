"""The termbase engine: YAML concepts in several languages to a cross-linked site."""
