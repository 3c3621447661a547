"""What an officer sees and does: lists, the desk of one dossier, the map from a button to a verb."""
