"""The page of a report: a result as one self-contained HTML file.

``kept`` chooses what the file holds, ``head`` and ``columns`` make the data block from the tables, ``texts`` adds the
articles, ``template`` puts all of it and the built script of ``web/`` into one page, ``write`` the page into its place.
"""
