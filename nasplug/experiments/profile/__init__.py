"""What a space holds, and whether bounds can be met in it: told before anything is paid."""
