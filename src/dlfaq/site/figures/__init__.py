"""What is drawn on a page. A fence in its Markdown names it, and it is drawn from the evidence."""
