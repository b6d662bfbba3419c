"""Reads a list of texts as YAML, and writes what each of them holds, or null for what isn't YAML."""

import json
import sys

import yaml

LIMIT = 5000
MEANINGS = {"null": "null", "bool": "bool", "str": "string", "int": "number", "float": "number", "timestamp": "string"}


def show(node, left):
    left[0] -= 1
    if left[0] < 0:
        raise OverflowError
    tag = node.tag.removeprefix("tag:yaml.org,2002:")
    if isinstance(node, yaml.ScalarNode):
        return [MEANINGS.get(tag, tag), node.value]
    if isinstance(node, yaml.SequenceNode):
        return [tag, *(show(item, left) for item in node.value)]
    entries = [[show(key, left), show(value, left)] for key, value in node.value if not merges(key)]
    merged = []
    for value in (value for key, value in node.value if merges(key)):
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if not all(isinstance(item, yaml.MappingNode) for item in items):
            raise yaml.YAMLError("only mappings can be merged")
        merged = items + merged
    return [tag, entries, [show(value, left) for value in merged]]


def merges(key):
    return key.tag == "tag:yaml.org,2002:merge"


def read(text):
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        left = [LIMIT]
        return {"documents": [show(document, left) for document in documents]}
    except yaml.YAMLError as error:
        return {"refused": str(getattr(error, "problem", None) or error)}
    except (OverflowError, RecursionError):
        return {"skipped": True}


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
