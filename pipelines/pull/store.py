def copy_store(*a): return []
