"""Features: texts as rows of numbers, for classifiers and for comparing. Nothing here touches what is generated."""
