"""Files of office programs: text, sheets and slides."""
