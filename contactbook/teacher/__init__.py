"""The teacher's pages: a class, a child, a preview, and who has it."""
