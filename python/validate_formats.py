"""Validates what `trailgate -f ocsf` and `-f asff` write against the schemas themselves.

    python3 python/validate_formats.py TRAILGATE

TRAILGATE is the program; what requirements.txt names must be installed. OCSF findings go through a JSON Schema made of the OCSF
release that `ocsf-json-schema` carries, ASFF batches through the validator and the model of Security Hub that `botocore` carries,
and through the limits that only the model's documentation states. Nothing is fetched. Exit code 0: all is valid; 1: it is not.

The program checks `fixtures/`, the published logs where they lie beside the checkout, an empty folder, 250 violations, and events
with hostile values in every field. A validator that lets anything through would be useless: each first has to refuse broken findings.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import botocore.loaders
import botocore.model
import botocore.validate
import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT.parent / "shared" / "data" / "logs"
OCSF_VERSION = "1.8.0"
CLASSES = {2003: "compliance_finding", 2004: "detection_finding"}


class Ocsf:
    """Findings of OCSF."""

    def __init__(self):
        self.source = OcsfJsonSchemaEmbedded(get_ocsf_schema(OCSF_VERSION))
        self.validators = {}

    def errors(self, finding):
        """What is wrong with one finding."""
        if finding.get("class_uid") not in CLASSES:
            return [f"unexpected class {finding.get('class_uid')!r}"]
        metadata = finding.get("metadata", {})
        validator = self.validator(finding["class_uid"], tuple(metadata.get("profiles", [])))
        found = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(finding)]
        if metadata.get("version") != OCSF_VERSION:
            found.append(f"metadata.version is not {OCSF_VERSION}")
        if finding.get("type_uid") != finding["class_uid"] * 100 + finding.get("activity_id", 0):
            found.append("type_uid is not class_uid * 100 + activity_id")
        return found + list(deprecated(finding, validator.schema, validator.schema, "$"))

    def validator(self, class_uid, profiles):
        key = (class_uid, profiles)
        if key not in self.validators:
            schema = self.source.get_class_schema(CLASSES[class_uid], list(profiles))
            jsonschema.Draft202012Validator.check_schema(schema)
            self.validators[key] = jsonschema.Draft202012Validator(schema)
        return self.validators[key]


def deprecated(value, schema, root, path):
    """Attributes in `value` that the schema has given up."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if isinstance(value, list):
        for item in value:
            yield from deprecated(item, schema.get("items", {}), root, path + "[]")
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name, {})
            if inner.get("deprecated"):
                yield f"{path}.{name} is deprecated"
            yield from deprecated(item, inner, root, f"{path}.{name}")


class Asff:
    """Batches of the AWS Security Finding Format."""

    TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
    LIMIT = re.compile(r"(?:Maximum length of|Maximum of|Maximum number of|Length Constraints:) (\d+)")
    PRODUCT = re.compile(r"arn:(aws[a-z-]*):securityhub:([a-z0-9-]+):(\d{12}):product/(\d{12})/default")

    def __init__(self):
        model = botocore.loaders.Loader().load_service_model("securityhub", "service-2")
        self.shape = botocore.model.ServiceModel(model).operation_model("BatchImportFindings").input_shape

    def errors(self, batch):
        """What is wrong with one line."""
        report = botocore.validate.ParamValidator().validate(batch, self.shape)
        found = [report.generate_report()] if report.has_errors() else []
        found += self.beyond(batch, self.shape, "", "$")
        findings = batch.get("Findings", [])
        if not 1 <= len(findings) <= 100:
            found.append(f"{len(findings)} findings")
        if len({(finding.get("AwsAccountId"), finding.get("ProductArn")) for finding in findings}) > 1:
            found.append("findings of several accounts or regions")
        for finding in findings:
            found += self.of_finding(finding)
        return found

    def of_finding(self, finding):
        product = self.PRODUCT.fullmatch(finding.get("ProductArn", ""))
        if not product or {product[3], product[4]} != {finding.get("AwsAccountId")}:
            yield f"ProductArn {finding.get('ProductArn')!r}"
        if finding.get("SchemaVersion") != "2018-10-08":
            yield "SchemaVersion"
        if len(json.dumps(finding).encode()) > 240_000:
            yield "larger than 240 KB"
        if not finding.get("Severity", {}).get("Label"):
            yield "no Severity.Label"
        if not re.fullmatch(r"(Software and Configuration Checks|TTPs|Unusual Behaviors)(/[^/]+){1,2}", (finding.get("Types") or [""])[0]):
            yield "Types"
        if not 1 <= len(finding.get("Resources", [])) <= 32:
            yield "Resources"
        fields = finding.get("ProductFields", {})
        if len(fields) > 50 or any(len(key) > 128 or len(value) > 2048 for key, value in fields.items()):
            yield "ProductFields"
        if any(len(text) > 64 for text in finding.get("Compliance", {}).get("RelatedRequirements", [])):
            yield "RelatedRequirements"

    def beyond(self, value, shape, documentation, path):
        """What botocore leaves to the service: words, patterns, times, and the limits of the documentation."""
        found = []
        limits = self.LIMIT.findall(re.sub("<[^>]+>", "", documentation))
        if limits and len(value) > int(limits[-1]):
            found.append(f"{path} is longer than {limits[-1]}: {str(value)[:80]}")
        if shape.type_name == "structure":
            for name, item in value.items():
                if name not in shape.members:
                    found.append(f"{path}.{name} is unknown")
                    continue
                member = shape.members[name]
                found += self.beyond(item, member, member.documentation, f"{path}.{name}")
        elif shape.type_name == "list":
            for place, item in enumerate(value):
                found += self.beyond(item, shape.member, "", f"{path}[{place}]")
        elif shape.type_name == "map":
            for key, item in value.items():
                found += self.beyond(key, shape.key, "", f"{path} key")
                found += self.beyond(item, shape.value, "", f"{path}.{key}")
        elif shape.type_name == "string":
            if shape.enum and value not in shape.enum:
                found.append(f"{path} is {value!r}")
            # The model's `.` is not a line end, and a pattern is for the whole text.
            pattern = shape.metadata.get("pattern") or (r".*\S.*" if shape.name == "NonEmptyString" else None)
            if pattern and not re.fullmatch(pattern, value):
                found.append(f"{path} is {value[:80]!r}")
            if path.endswith(("At", "Seen")) and not self.TIME.fullmatch(value):
                found.append(f"{path} is no time: {value[:80]!r}")
        return found


def run(program, folder, name, arguments):
    """Both reports of one run, a value a line."""
    files = {form: folder / f"{name}.{form}" for form in ("ocsf", "asff")}
    command = [program, "check", *(part for form, file in files.items() for part in ("-f", f"{form}={file}")), *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1, 3):
        sys.exit(f"{name}: exit code {result.returncode}\n{result.stderr}")
    return {form: [json.loads(line) for line in file.read_text("utf-8").split("\n")[:-1]] for form, file in files.items()}


RULES = """
version: 1
rules:
  - id: event.seen
    title: Event seen
    severity: %s
    forbid:
      $.eventVersion: {exists: true}
      any:
        - $.requestParameters: {exists: true}
        - $.userIdentity: {exists: true}
    except:
      - name: first
        reason: "known\\nand borne"
        owner: somebody
        until: 9999-12-31
        condition: {$.eventID: {glob: "00000001-*"}}
    message: "{$.eventName} by {$.userIdentity.arn} from {$.sourceIPAddress}: {$.requestParameters}"
    remediation: Look at the event.
    references: ["https://example.com/a?b=c"]
    controls: {frame-work: [%s]}
    tags: [seen]
"""

HOSTILE = {
    "escape": "\x1b[31mred\x1b]8;;http://example.com\x07",
    "bidi": "a\u202egnp.exe\u2066\u200b\ufeff",
    "nul": "a\x00b",
    "lines": "a\nb\r\n::error::c\u2028##vso[x]",
    "blank": " \t ",
    "empty": "",
    "long": "x" * 1_000_000,
    "wide": "\U0001f600" * 250_000,
    "quotes": "\"'\\</script>{}$(id)`",
    "number": 12,
    "object": {"a\x1b": ["b\u202e", None, 1e300, -0.0]},
    "list": [[], {}, ""],
    "null": None,
}


def event(number, **changed):
    """An event of CloudTrail's shape."""
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice"},
        "eventTime": "2026-01-31T10:15:00Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "192.0.2.10",
        "requestParameters": {"number": number},
        "eventID": f"{number:08}-8a3e-4c55-9a86-54b05f1d8ac1",
        "recipientAccountId": "123456789012",
    } | changed


def hostile_events():
    """Each hostile value in each field, alone and in all at once; and what is odd, but seen in logs."""
    fields = [field for field in event(0) if field != "eventVersion"]
    number = 0
    for value in HOSTILE.values():
        for field in fields:
            number += 1
            yield event(number, **{field: value})
        number += 1
        yield event(number, **dict.fromkeys(fields, value))
        number += 1
        yield event(number, userIdentity={"type": value, "arn": value, "userName": value, "accountId": value})
    addresses = ("2001:db8::1", "::ffff:192.0.2.1", "::", "fe80::1%eth0", "010.1.1.1")
    for source in (*addresses, "AWS Internal", "autoscaling.amazonaws.com", "a..b"):
        number += 1
        yield event(number, sourceIPAddress=source)
    for arn in ("root", "role/path/deploy", "user/", "assumed-role/deploy/session", "federated-user/x"):
        for service in ("iam", "sts"):
            number += 1
            yield event(number, userIdentity={"arn": f"arn:aws:{service}::123456789012:{arn}"})
    for time in ("0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "-009999-01-02T00:00:00Z", "2026-01-31T10:15:00.123456789+02:00"):
        number += 1
        yield event(number, eventTime=time)
    for region in ("cn-north-1", "us-gov-west-1", "eusc-de-east-1", "global", "US", "a" * 40):
        number += 1
        yield event(number, awsRegion=region)


def inputs(folder):
    """Name, arguments, and the least number of findings of each run."""
    strict = folder / "strict.yaml"
    strict.write_text(RULES % ("critical", ", ".join(f'"AC-{control}({"9" * 70})"' for control in range(40))))
    plain = folder / "plain.yaml"
    plain.write_text(RULES % ("info", '"AC-1"'))
    empty = folder / "empty"
    empty.mkdir()
    many = folder / "many.json"
    many.write_text(json.dumps({"Records": [event(number) for number in range(250)]}))
    hostile = folder / "hostile.json"
    hostile.write_text("\n".join(json.dumps(event, ensure_ascii=False) for event in hostile_events()), "utf-8")
    yield "fixtures", ["fixtures/cloudtrail", "fixtures/AWSLogs", "fixtures/bad"], 1
    yield "every event of the fixtures", ["-p", str(plain), "fixtures"], 20
    yield "another audit log", ["-p", "fixtures/other-audit/policy.yaml", "fixtures/other-audit/audit.json"], 1
    yield "nothing", [str(empty)], 0
    yield "250 violations", ["-p", str(strict), str(many)], 250
    yield "hostile values", ["-p", str(strict), str(hostile)], 150
    if PUBLISHED.is_dir():
        yield "published logs", [str(PUBLISHED)], 100
    else:
        print("the published logs are not beside the checkout: left out", file=sys.stderr)


def show_that_validators_bite(ocsf, asff, found, batch):
    """Breaks a valid finding in many ways, each of which has to be refused."""
    def broken(value, path, new):
        value = copy.deepcopy(value)
        *way, last = path
        place = value
        for step in way:
            place = place[step]
        if new is None:
            del place[last]
        else:
            place[last] = new
        return value

    for path, new in [
        (["finding_info"], None), (["metadata", "product", "name"], 1), (["severity_id"], 7), (["time"], "now"),
        (["cloud", "provider"], None), (["unknown"], 1), (["evidences", 0], {}), (["type_uid"], 200402),
        (["evidences", 0, "src_endpoint"], {"ip": "AWS Internal"}), (["ticket"], {"uid": "x"}),
    ]:
        assert ocsf.errors(broken(found, path, new)), f"OCSF: {path} → {new!r} was let through"
    for path, new in [
        (["Id"], None), (["Id"], "x" * 513), (["Title"], "a\nb"), (["Title"], " "), (["Severity", "Label"], "SEVERE"),
        (["Resources"], []), (["Unknown"], 1), (["CreatedAt"], "yesterday"), (["AwsAccountId"], "000000000001"),
        (["Compliance", "RelatedRequirements"], ["x"] * 33), (["Workflow", "Status"], "OLD"), (["Title"], "x" * 257),
    ]:
        assert asff.errors(broken(batch, ["Findings", 0, *path], new)), f"ASFF: {path} → {new!r} was let through"
    assert asff.errors({"Findings": []}) and asff.errors({"Findings": batch["Findings"][:1] * 101})


def main(program):
    ocsf, asff = Ocsf(), Asff()
    wrong = 0
    shown = False
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, arguments, least in inputs(folder):
            reports = run(program, folder, name.replace(" ", "-"), arguments)
            findings = [finding for batch in reports["asff"] for finding in batch.get("Findings", [])]
            classes = Counter(finding.get("class_uid") for finding in reports["ocsf"])
            errors = [f"OCSF: {error}" for finding in reports["ocsf"] for error in ocsf.errors(finding)]
            errors += [f"ASFF: {error}" for batch in reports["asff"] for error in asff.errors(batch)]
            if len(findings) != classes[2004] or len(findings) < least:
                errors.append(f"{len(findings)} findings of ASFF, {classes[2004]} of OCSF, at least {least} wanted")
            if name == "250 violations" and len(reports["asff"]) != 3:
                errors.append(f"{len(reports['asff'])} batches")
            if not errors and name == "250 violations":
                show_that_validators_bite(ocsf, asff, reports["ocsf"][0], reports["asff"][0])
                shown = True
            print(
                f"{name}: {classes[2004]} detections, {classes[2003]} controls, {len(reports['asff'])} batches, "
                f"{len(errors)} errors"
            )
            for error in errors[:20]:
                print(f"  {error}")
            wrong += len(errors)
    if not shown:
        print("the validators were not tried on broken findings")
    return 1 if wrong or not shown else 0


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).resolve())))
