"""Pages for people, as files. They ask the same API as everybody else."""
