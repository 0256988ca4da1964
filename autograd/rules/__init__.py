"""The table of derivative rules, one page per family. Nothing else in the project knows a derivative."""
