//! Blocks: paragraphs, headings, list items and boilerplate of a text. Sentences are found inside them.
