"""Five rules over one NDJSON log with DuckDB's typed read_json: python3 benches/duckdb_rules.py LOG THREADS"""

import sys

import duckdb

columns = {
    "eventName": "VARCHAR",
    "eventSource": "VARCHAR",
    "errorCode": "VARCHAR",
    "eventType": "VARCHAR",
    "userIdentity": "STRUCT(type VARCHAR, arn VARCHAR, invokedBy VARCHAR)",
    "additionalEventData": "STRUCT(MFAUsed VARCHAR)",
}
rules = [
    "userIdentity.type = 'Root' AND userIdentity.invokedBy IS NULL AND eventType <> 'AwsServiceEvent'",
    "eventName IN ('StopLogging', 'DeleteTrail') AND errorCode IS NULL",
    "eventName IN ('PutMetricAlarm', 'DeleteAlarms') AND userIdentity.type = 'Root'",
    "eventName = 'ConsoleLogin' AND coalesce(additionalEventData.MFAUsed, '') <> 'Yes'",
    "errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%'",
]
log, threads = sys.argv[1], int(sys.argv[2])
duckdb.sql(f"SET threads = {threads}")
counts = ", ".join(f"count(*) FILTER ({rule})" for rule in rules)
print(duckdb.sql(f"SELECT {counts} FROM read_json('{log}', format = 'newline_delimited', columns = {columns})").fetchall())
