"""What is right: gold questions, their evidence in documents and chunks, and the split."""
