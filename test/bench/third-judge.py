# The third judge of the scanner's law: python3-yaml. Reads lines of JSON, each a text; answers each by a line of JSON: the events of its documents,
# or null where it refuses the text.
import json
import sys

import yaml

loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


def events(text):
    found = []
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.ScalarEvent):
            found.append('=' + event.value)
        elif isinstance(event, yaml.AliasEvent):
            found.append('*' + event.anchor)
        elif isinstance(event, yaml.MappingStartEvent):
            found.append('{')
        elif isinstance(event, yaml.MappingEndEvent):
            found.append('}')
        elif isinstance(event, yaml.SequenceStartEvent):
            found.append('[')
        elif isinstance(event, yaml.SequenceEndEvent):
            found.append(']')
        elif isinstance(event, yaml.DocumentStartEvent):
            found.append('---')
    return found


for line in sys.stdin:
    try:
        answer = events(json.loads(line))
    except (yaml.YAMLError, ValueError):
        answer = None
    print(json.dumps(answer), flush=True)
