"""Programs for plugin authors and users: the doctor, and projects made from templates."""
