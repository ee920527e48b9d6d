"""The Peta Jaga library: from files to what a viewer may see, and to numbers and maps made of it.

Nothing in this package imports streamlit; pages and the command line are thin callers of it.
"""

__version__ = "0.2.0"
