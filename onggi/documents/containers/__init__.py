"""Files that hold documents: archives, messages with attachments, files of records."""
