"""Holds the documents of a directory against a schema, and prints what it doesn't allow."""

import pathlib
import sys

from lxml import etree

schema = etree.XMLSchema(file=sys.argv[1])
for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    try:
        schema.assertValid(etree.parse(path))
    except (etree.DocumentInvalid, etree.XMLSyntaxError) as error:
        print(f"{path.name}: {error}")
