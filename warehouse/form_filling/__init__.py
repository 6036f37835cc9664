"""Forms: what one is, what is refused in one, and filling it within the gate. The YAML lies in `forms/`."""
