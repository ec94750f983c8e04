"""Who is it, and where are the eyes, nose and mouth: nets that recognize drawn people and read landmarks."""
