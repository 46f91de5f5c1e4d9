#!/usr/bin/env python3
"""Builds src/event/services/services.bin: which events each AWS service sends to CloudTrail, and the fields of each.

    pip download --no-deps botocore==1.44.8
    python3 scripts/service-catalog.py botocore-1.44.8-py3-none-any.whl src/event/services/services.bin

In goes a botocore wheel (Apache-2.0), whose service models name every operation and its shapes, and service-supplement.toml, which says
what CloudTrail does otherwise. Out comes the same file, byte for byte, for the same wheel: a sequence of gzip members. The first is the
index; one for each service follows, in the order of the index. `gunzip -c` shows all of it as text.

Index:   trailgate-services 1
         botocore VERSION
         S SOURCE NAMES DEPTH CLOSED LENGTH        a service: lower|both, full|top|none, closed|open, bytes of its member
         ACTION ACCESS                             its events: r (read), w (write)
         = ALIAS SOURCE                            another name that records may carry
Service: ACTION REQUEST RESPONSE                   numbers of structures joined by commas, or -
         (an empty line)
         NAME TYPE|NAME TYPE                       structure 0, 1, …: its members
Types:   s string, b boolean, n number, m object with any members, u not known, [TYPE array, a number: that structure
"""

import gzip
import json
import pathlib
import re
import sys
import tomllib
import zipfile

READ = re.compile(
    r"(Describe|Get|List|Head|BatchGet|BatchDescribe|BatchCheck|Search|Lookup|Query|Scan|Select|Filter|Test|Validate|Check|Preview"
    r"|Estimate|Detect|Simulate|View|Count|Is|Can|Discover|Verify|Retrieve|TransactGet)(?![a-z])"
)
PLAIN = {"string": "s", "character": "s", "boolean": "b", "integer": "n", "long": "n", "short": "n", "float": "n", "double": "n",
         "byte": "n", "bigdecimal": "n", "biginteger": "n"}


def models(wheel):
    """The latest model of each service, by its botocore name."""
    latest = {}
    for name in sorted(wheel.namelist()):
        if found := re.fullmatch(r"botocore/data/([^/]+)/[^/]+/service-2\.json(\.gz)?", name):
            latest[found[1]] = name
    for service, name in latest.items():
        data = wheel.read(name)
        yield service, json.loads(gzip.decompress(data) if name.endswith(".gz") else data)


def event_source(service, metadata, prefixes, supplement):
    """The event source of a service without `.amazonaws.com`, and the other name that it might carry."""
    prefix = metadata["endpointPrefix"].lower()
    signing = metadata.get("signingName", prefix).lower()
    if service in supplement["source"]:
        source = supplement["source"][service]
    elif "." in prefix or (signing != prefix and signing in prefixes):
        source = signing
    else:
        source = prefix
    return source, {prefix, signing} - {source}


class Shapes:
    """The structures of one event source, numbered as they are first met."""

    def __init__(self):
        self.lines, self.numbers = [], {}

    def type(self, service, model, name, member=None):
        shape = model["shapes"][name]
        kind = shape["type"]
        if shape.get("document") or (member or {}).get("jsonvalue"):
            return "u"
        if kind == "structure":
            return str(self.structure(service, model, name))
        if kind == "list":
            return "[" + self.type(service, model, shape["member"]["shape"])
        if kind == "map":
            return "m"
        # What stands in the address or a header is text whatever its type.
        if PLAIN.get(kind) in ("b", "n") and (member or {}).get("location"):
            return "u"
        return PLAIN.get(kind, "u")

    def structure(self, service, model, name):
        key = (service, name)
        if key in self.numbers:
            return self.numbers[key]
        number = self.numbers[key] = len(self.lines)
        self.lines.append(None)
        fields = {}
        for field, member in model["shapes"][name].get("members", {}).items():
            kind = self.type(service, model, member["shape"], member)
            fields[field] = kind
            # Some services record the name that the member has in the request itself.
            wire = member.get("locationName", field)
            if re.fullmatch(r"[A-Za-z0-9_]+", wire) and wire.lower() != field.lower():
                fields.setdefault(wire, kind)
        self.lines[number] = "|".join(f"{field} {kind}" for field, kind in sorted(fields.items()))
        return number

    def response(self, service, model, name):
        """A response; where it is one structure, its members may be recorded in its place (RDS, Redshift)."""
        numbers = [self.structure(service, model, name)]
        members = model["shapes"][name].get("members", {})
        if model["metadata"]["protocol"] == "query" and len(members) == 1:
            (member,) = members.values()
            if model["shapes"][member["shape"]]["type"] == "structure":
                numbers.append(self.structure(service, model, member["shape"]))
        return numbers

    def extra(self, field):
        self.lines.append(f"{field} u")
        return len(self.lines) - 1


def packed(text):
    return gzip.compress(text.encode(), 9, mtime=0)


def main(wheel_path, out_path):
    supplement = tomllib.loads(pathlib.Path(__file__).with_name("service-supplement.toml").read_text())
    version = re.search(r"botocore-([0-9.]+)-", pathlib.Path(wheel_path).name)[1]
    all_models = dict(models(zipfile.ZipFile(wheel_path)))
    prefixes = {model["metadata"]["endpointPrefix"].lower() for model in all_models.values()}
    services, aliases = {}, {}
    for service, model in sorted(all_models.items()):
        source, others = event_source(service, model["metadata"], prefixes, supplement)
        services.setdefault(source, []).append((service, model))
        if service in supplement["also"]:
            services.setdefault(supplement["also"][service], []).append((service, model))
        for other in others:
            if "." not in other and other not in supplement["not_alias"]["names"]:
                aliases.setdefault(other, source)
    for source in supplement["events"]:
        services.setdefault(source, [])
    extra = {}
    for entry in supplement["fields"]["names"]:
        source, action, part, field = entry.split(".")
        extra.setdefault((source, action, part), []).append(field)

    index = ["trailgate-services 1", f"botocore {version}"]
    members = []
    for source, of_source in sorted(services.items()):
        events = supplement["events"].get(source, {"names": []})
        depth = supplement["depth"].get(source, "full" if of_source else "none")
        rest = any(model["metadata"]["protocol"] == "rest-json" for _, model in of_source)
        both = source in supplement["names"]["both"] or (rest and source not in supplement["names"]["lower"])
        shapes, actions, access = Shapes(), {}, {}
        for service, model in of_source:
            for action, operation in model["operations"].items():
                request, response = actions.setdefault(action, ([], []))
                method = operation.get("http", {}).get("method")
                is_read = READ.match(action) or (method in ("GET", "HEAD") and model["metadata"]["protocol"].startswith("rest"))
                access.setdefault(action, "r" if is_read else "w")
                if depth != "none":
                    if "input" in operation:
                        request.append(shapes.structure(service, model, operation["input"]["shape"]))
                    if "output" in operation:
                        response.extend(shapes.response(service, model, operation["output"]["shape"]))
        for action in events["names"]:
            access.setdefault(action, "r" if READ.match(action) else "w")
        for level in ("read", "write"):
            for entry in supplement["access"][level]:
                named, action = entry.split(".")
                if named == source and action in access:
                    access[action] = level[0]
        for action, (request, response) in actions.items():
            request.extend(shapes.extra(field) for field in extra.get((source, action, "request"), []))
            response.extend(shapes.extra(field) for field in extra.get((source, action, "response"), []))
        member = b""
        if depth != "none":
            joined = lambda numbers: ",".join(map(str, numbers)) or "-"
            lines = [f"{action} {joined(request)} {joined(response)}" for action, (request, response) in sorted(actions.items())]
            member = packed("\n".join([*lines, "", *shapes.lines]) + "\n")
        members.append(member)
        names, closed = "both" if both else "lower", "open" if events.get("open") else "closed"
        index.append(f"S {source} {names} {depth} {closed} {len(member)}")
        index.extend(f"{action} {level}" for action, level in sorted(access.items()))
    index.extend(f"= {alias} {source}" for alias, source in sorted(aliases.items()) if alias not in services)
    data = packed("\n".join(index) + "\n") + b"".join(members)
    pathlib.Path(out_path).write_bytes(data)
    print(f"botocore {version}: {len(services)} event sources, {sum(len(m['operations']) for m in all_models.values())} operations, "
          f"{len(data)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
