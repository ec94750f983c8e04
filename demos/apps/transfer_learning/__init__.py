"""What a pretrained net saves: four ways to learn five new faces, side by side, and what each forgets."""
