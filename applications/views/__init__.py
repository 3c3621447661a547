"""Pages of the citizen and of the public. A view finds the dossier, calls one verb and shows what came of it."""
