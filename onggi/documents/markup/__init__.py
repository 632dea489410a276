"""Text with its structure marked in it: HTML, Markdown and what is made of them."""
