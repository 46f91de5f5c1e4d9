//! One event: the shapes, and how often each occurs, follow busy accounts; nothing in it is real.

use std::fmt::Write;

use fastrand::Rng;

/// The time of a file's events, which moves on a little with each.
#[derive(Debug)]
pub struct Clock {
    seconds: u64,
}

impl Clock {
    /// Where the file `number` begins; each covers five minutes.
    pub fn at(number: u64) -> Self {
        Self { seconds: number * 300 }
    }

    fn tick(&mut self, random: &mut Rng) -> String {
        self.seconds += u64::from(random.u8(..) < 12);
        let (day, rest) = (self.seconds / 86_400 % 28 + 1, self.seconds % 86_400);
        let month = self.seconds / (86_400 * 28) % 12 + 1;
        format!("2026-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
    }
}

const REGIONS: [&str; 5] = ["us-east-1", "us-east-1", "us-east-1", "eu-central-1", "us-west-2"];
const ROLES: [&str; 8] =
    ["app-server", "etl-worker", "ci-deploy", "AWSServiceRoleForECS", "eks-node", "lambda-exec", "datadog", "readonly"];
const AGENTS: [&str; 6] = [
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/sts#1.30.3",
    "Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#5.10.219-208.866.amzn2.x86_64 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.144",
    "aws-sdk-java/2.25.60 Linux/5.15.0-1063-aws OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS Java/17.0.11 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/standard",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.0 OpenJDK_64-Bit_Server_VM/25.372-b08 java/1.8.0_372 vendor/Oracle_Corporation cfg/retry-mode/standard]",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.56.1 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.0",
];

/// Events with no parameters worth a shape of their own, with their source; the first are the most frequent.
const READS: [(&str, &str); 40] = [
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeNetworkInterfaces"),
    ("ec2", "DescribeVolumes"),
    ("ec2", "DescribeSecurityGroups"),
    ("elasticloadbalancing", "DescribeTargetHealth"),
    ("elasticloadbalancing", "DescribeLoadBalancers"),
    ("autoscaling", "DescribeAutoScalingGroups"),
    ("monitoring", "DescribeAlarms"),
    ("ecs", "DescribeTasks"),
    ("ecs", "ListTasks"),
    ("dynamodb", "DescribeTable"),
    ("rds", "DescribeDBInstances"),
    ("rds", "DescribeDBClusters"),
    ("tagging", "GetResources"),
    ("sqs", "GetQueueAttributes"),
    ("logs", "DescribeLogGroups"),
    ("logs", "DescribeLogStreams"),
    ("ssm", "DescribeInstanceInformation"),
    ("lambda", "ListFunctions20150331"),
    ("lambda", "GetFunction20150331v2"),
    ("kinesis", "DescribeStreamSummary"),
    ("sns", "ListTopics"),
    ("iam", "GetRole"),
    ("iam", "ListAttachedRolePolicies"),
    ("iam", "GetPolicyVersion"),
    ("s3", "GetBucketLocation"),
    ("s3", "ListBuckets"),
    ("s3", "GetBucketEncryption"),
    ("kms", "DescribeKey"),
    ("kms", "ListAliases"),
    ("cloudformation", "DescribeStacks"),
    ("cloudtrail", "DescribeTrails"),
    ("cloudtrail", "GetTrailStatus"),
    ("config", "DescribeConfigurationRecorders"),
    ("guardduty", "ListDetectors"),
    ("route53", "ListHostedZones"),
    ("ecr", "BatchGetImage"),
    ("ecr", "GetDownloadUrlForLayer"),
    ("eks", "DescribeCluster"),
    ("acm", "ListCertificates"),
];

/// Appends one event, minified. Of a thousand, `violating` break a rule.
pub fn write(out: &mut String, random: &mut Rng, clock: &mut Clock, violating: u64) {
    let time = clock.tick(random);
    if random.u64(..1000) < violating {
        breaks_a_rule(out, random, &time);
        return;
    }
    match random.u32(..1000) {
        0..220 => object(out, random, &time),
        220..390 => kms(out, random, &time),
        390..540 => assume_role(out, random, &time),
        540..900 => read(out, random, &time),
        900..950 => log_stream(out, random, &time),
        950..962 => instances(out, random, &time),
        962..996 => put_item(out, random, &time),
        _ => denied(out, random, &time),
    }
}

struct Call<'c> {
    time: &'c str,
    source: &'c str,
    name: &'c str,
    reads: bool,
    category: &'c str,
    parameters: &'c str,
    response: &'c str,
    rest: &'c str,
}

fn call(out: &mut String, random: &mut Rng, identity: &str, call: &Call<'_>) {
    let region = REGIONS.get(random.usize(..REGIONS.len())).copied().unwrap_or_default();
    let agent = AGENTS.get(random.usize(..AGENTS.len())).copied().unwrap_or_default();
    let Call { time, source, name, reads, category, parameters, response, rest } = call;
    let management = *category == "Management";
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        r#"{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"{time}","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"10.{}.{}.{}","userAgent":"{agent}",{rest}"requestParameters":{parameters},"responseElements":{response},"requestID":"{}","eventID":"{}","readOnly":{reads},"eventType":"AwsApiCall","managementEvent":{management},"recipientAccountId":"111122223333","eventCategory":"{category}","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{source}.{region}.amazonaws.com"}}}}"#,
        random.u8(..),
        random.u8(..),
        random.u8(..),
        uuid(random),
        uuid(random),
    );
}

fn uuid(random: &mut Rng) -> String {
    let bits = random.u128(..);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        bits >> 96,
        bits >> 80 & 0xffff,
        bits >> 68 & 0xfff,
        bits >> 56 & 0xfff,
        bits & 0xffff_ffff_ffff
    )
}

fn letters(random: &mut Rng, count: usize) -> String {
    (0..count).map(|_| random.alphanumeric().to_ascii_uppercase()).collect()
}

/// A role's session.
fn role(random: &mut Rng, time: &str) -> String {
    let role = ROLES.get(random.usize(..ROLES.len())).copied().unwrap_or_default();
    let session = format!("i-0{:016x}", random.u64(..) >> 4);
    let id = letters(random, 17);
    let key = letters(random, 16);
    format!(
        r#"{{"type":"AssumedRole","principalId":"AROA{id}:{session}","arn":"arn:aws:sts::111122223333:assumed-role/{role}/{session}","accountId":"111122223333","accessKeyId":"ASIA{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROA{id}","arn":"arn:aws:iam::111122223333:role/{role}","accountId":"111122223333","userName":"{role}"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"{time}","mfaAuthenticated":"false"}},"ec2RoleDelivery":"2.0"}}}}"#
    )
}

fn service(name: &str) -> String {
    format!(r#"{{"type":"AWSService","invokedBy":"{name}.amazonaws.com"}}"#)
}

fn object(out: &mut String, random: &mut Rng, time: &str) {
    let identity = role(random, time);
    let name = if random.u8(..) < 200 { "GetObject" } else { "PutObject" };
    let key = format!("data/year=2026/month=11/{}/part-{:05}.snappy.parquet", letters(random, 12), random.u32(..99999));
    let parameters = format!(
        r#"{{"bucketName":"company-data-lake","key":"{key}","Host":"company-data-lake.s3.us-east-1.amazonaws.com","x-amz-content-sha256":"UNSIGNED-PAYLOAD"}}"#
    );
    let rest = format!(
        r#""additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0.0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"{}=","bytesTransferredOut":{}.0}},"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::company-data-lake/{key}"}},{{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::company-data-lake"}}],"#,
        letters(random, 75),
        random.u32(..9_999_999)
    );
    let what = Call {
        time,
        source: "s3",
        name,
        reads: name == "GetObject",
        category: "Data",
        parameters: &parameters,
        response: "null",
        rest: &rest,
    };
    call(out, random, &identity, &what);
}

fn kms(out: &mut String, random: &mut Rng, time: &str) {
    let by_service = random.bool();
    let identity = if by_service { service("s3") } else { role(random, time) };
    let name = if random.u8(..) < 190 { "Decrypt" } else { "GenerateDataKey" };
    let key = format!("arn:aws:kms:us-east-1:111122223333:key/{}", uuid(random));
    let parameters = format!(
        r#"{{"encryptionContext":{{"aws:s3:arn":"arn:aws:s3:::company-data-lake/{}","SecretVersionId":"{}"}},"encryptionAlgorithm":"SYMMETRIC_DEFAULT","keyId":"{key}"}}"#,
        letters(random, 24),
        uuid(random)
    );
    let rest = format!(r#""resources":[{{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"{key}"}}],"#);
    let what = Call {
        time,
        source: "kms",
        name,
        reads: true,
        category: "Management",
        parameters: &parameters,
        response: "null",
        rest: &rest,
    };
    call(out, random, &identity, &what);
}

fn assume_role(out: &mut String, random: &mut Rng, time: &str) {
    let service_name = if random.bool() { "ec2" } else { "lambda" };
    let role = ROLES.get(random.usize(..ROLES.len())).copied().unwrap_or_default();
    let session = format!("i-0{:016x}", random.u64(..) >> 4);
    let parameters = format!(
        r#"{{"roleArn":"arn:aws:iam::111122223333:role/{role}","roleSessionName":"{session}","durationSeconds":3600}}"#
    );
    let response = format!(
        r#"{{"credentials":{{"accessKeyId":"ASIA{}","sessionToken":"{}==","expiration":"Nov 26, 2026, 11:05:08 PM"}},"assumedRoleUser":{{"assumedRoleId":"AROA{}:{session}","arn":"arn:aws:sts::111122223333:assumed-role/{role}/{session}"}}}}"#,
        letters(random, 16),
        letters(random, 200),
        letters(random, 17)
    );
    let rest = format!(
        r#""resources":[{{"accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:iam::111122223333:role/{role}"}}],"sharedEventID":"{}","#,
        uuid(random)
    );
    let what = Call {
        time,
        source: "sts",
        name: "AssumeRole",
        reads: true,
        category: "Management",
        parameters: &parameters,
        response: &response,
        rest: &rest,
    };
    call(out, random, &service(service_name), &what);
}

fn read(out: &mut String, random: &mut Rng, time: &str) {
    let identity = role(random, time);
    // The square of an even draw is skewed to the front.
    let draw = random.f32() * random.f32();
    let place = (0..READS.len()).rfind(|place| draw * 40.0 >= f32::from(u8::try_from(*place).unwrap_or_default()));
    let (source, name) = READS.get(place.unwrap_or_default()).copied().unwrap_or_default();
    let ids: Vec<String> =
        (0..random.usize(1..6)).map(|_| format!(r#"{{"value":"i-0{:016x}"}}"#, random.u64(..) >> 4)).collect();
    let parameters = format!(
        r#"{{"maxResults":{},"filterSet":{{"items":[{{"name":"instance-state-name","valueSet":{{"items":[{{"value":"running"}},{{"value":"pending"}}]}}}},{{"name":"resource-id","valueSet":{{"items":[{}]}}}}]}},"nextToken":null}}"#,
        random.u16(5..1000),
        ids.join(",")
    );
    let what = Call {
        time,
        source,
        name,
        reads: true,
        category: "Management",
        parameters: &parameters,
        response: "null",
        rest: "",
    };
    call(out, random, &identity, &what);
}

fn log_stream(out: &mut String, random: &mut Rng, time: &str) {
    let identity = role(random, time);
    let parameters = format!(
        r#"{{"logGroupName":"/aws/lambda/orders-{}","logStreamName":"2026/11/26/[$LATEST]{:032x}"}}"#,
        random.u8(..),
        random.u128(..)
    );
    let what = Call {
        time,
        source: "logs",
        name: "CreateLogStream",
        reads: false,
        category: "Management",
        parameters: &parameters,
        response: "null",
        rest: "",
    };
    call(out, random, &identity, &what);
}

fn instances(out: &mut String, random: &mut Rng, time: &str) {
    let identity = role(random, time);
    let instance = format!("i-0{:016x}", random.u64(..) >> 4);
    let tags: Vec<String> = ["Name", "team", "cost-center", "environment", "aws:autoscaling:groupName"]
        .iter()
        .map(|tag| format!(r#"{{"key":"{tag}","value":"{}"}}"#, letters(random, 14)))
        .collect();
    let tags = tags.join(",");
    let parameters = format!(
        r#"{{"instancesSet":{{"items":[{{"imageId":"ami-0{:016x}","minCount":1,"maxCount":1}}]}},"instanceType":"m6i.large","blockDeviceMapping":{{"items":[{{"deviceName":"/dev/xvda","ebs":{{"volumeSize":100,"deleteOnTermination":true,"volumeType":"gp3","encrypted":true}}}}]}},"monitoring":{{"enabled":true}},"disableApiTermination":false,"metadataOptions":{{"httpTokens":"required","httpPutResponseHopLimit":1}},"tagSpecificationSet":{{"items":[{{"resourceType":"instance","tags":[{tags}]}}]}},"userData":"<sensitiveDataRemoved>"}}"#,
        random.u64(..) >> 4
    );
    let response = format!(
        r#"{{"requestId":"{}","reservationId":"r-0{:016x}","ownerId":"111122223333","groupSet":{{}},"instancesSet":{{"items":[{{"instanceId":"{instance}","imageId":"ami-0123456789abcdef0","instanceState":{{"code":0,"name":"pending"}},"privateDnsName":"ip-10-0-1-23.ec2.internal","amiLaunchIndex":0,"instanceType":"m6i.large","launchTime":1764194708000,"placement":{{"availabilityZone":"us-east-1a","tenancy":"default"}},"subnetId":"subnet-0abc","vpcId":"vpc-0abc","privateIpAddress":"10.0.1.23","tagSet":{{"items":[{tags}]}},"networkInterfaceSet":{{"items":[{{"networkInterfaceId":"eni-0abc","macAddress":"0a:ff:00:00:00:01","status":"in-use","sourceDestCheck":true}}]}}}}]}}}}"#,
        uuid(random),
        random.u64(..) >> 4
    );
    let what = Call {
        time,
        source: "ec2",
        name: "RunInstances",
        reads: false,
        category: "Management",
        parameters: &parameters,
        response: &response,
        rest: "",
    };
    call(out, random, &identity, &what);
}

fn put_item(out: &mut String, random: &mut Rng, time: &str) {
    let identity = role(random, time);
    let parameters = format!(
        r#"{{"tableName":"orders","key":{{"order":"{}","note":"first \"line\"\nsecond é"}},"returnConsumedCapacity":"TOTAL"}}"#,
        uuid(random)
    );
    let rest = r#""resources":[{"accountId":"111122223333","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:us-east-1:111122223333:table/orders"}],"#;
    let what = Call {
        time,
        source: "dynamodb",
        name: "UpdateItem",
        reads: false,
        category: "Data",
        parameters: &parameters,
        response: "null",
        rest,
    };
    call(out, random, &identity, &what);
}

fn denied(out: &mut String, random: &mut Rng, time: &str) {
    let identity = role(random, time);
    let rest = r#""errorCode":"Client.RequestLimitExceeded","errorMessage":"Request limit exceeded.","#;
    let what = Call {
        time,
        source: "ec2",
        name: "DescribeInstances",
        reads: true,
        category: "Management",
        parameters: "{\"instancesSet\":{},\"filterSet\":{}}",
        response: "null",
        rest,
    };
    call(out, random, &identity, &what);
}

fn breaks_a_rule(out: &mut String, random: &mut Rng, time: &str) {
    let root = r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"","sessionContext":{"attributes":{"creationDate":"2026-01-01T00:00:00Z","mfaAuthenticated":"false"}}}"#;
    let (source, name, parameters) = match random.u8(..4) {
        0 => ("monitoring", "PutMetricAlarm", r#"{"alarmName":"cpu-high","threshold":50.0,"period":60}"#),
        1 => ("monitoring", "DeleteAlarms", r#"{"alarmNames":["cpu-high","disk-full"]}"#),
        2 => ("cloudtrail", "StopLogging", r#"{"name":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}"#),
        _ => ("iam", "CreateAccessKey", r#"{"userName":"breakglass"}"#),
    };
    let identity = if random.bool() { root.to_owned() } else { role(random, time) };
    let what =
        Call { time, source, name, reads: false, category: "Management", parameters, response: "null", rest: "" };
    call(out, random, &identity, &what);
}
