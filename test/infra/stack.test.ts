import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { evaluateTemplate, refusals } from "./evaluate-template.ts";
import { parseTemplate, readTemplate } from "./read-template.ts";

const PARAMETERS = { VercelTeam: "acme", VercelProject: "upload-to-s3" };
const DOMAIN = {
  DomainName: "images.example.com",
  CertificateArn:
    "arn:aws:acm:us-east-1:123456789012:certificate/0b9f7c1e-5d3a-4c60-9a0e-2f4f0d6f7e11",
};

const [yaml, security, storage, readme] = await Promise.all(
  [
    "infra/aws/template.yaml",
    "docs/security.md",
    "lib/storage/sdk-connection.ts",
    "infra/aws/README.md",
  ].map((name) => readFile(new URL(`../../${name}`, import.meta.url), "utf8")),
);
const template = parseTemplate(readTemplate(yaml ?? ""));
const { resources, outputs } = evaluateTemplate(template, PARAMETERS);
const withDomain = evaluateTemplate(template, { ...PARAMETERS, ...DOMAIN });

const texts = (one: unknown) => v.parse(Texts, [one].flat());
const Texts = v.array(v.string());
const Statement = v.looseObject({
  Action: v.pipe(v.unknown(), v.transform(texts)),
  Resource: v.pipe(v.unknown(), v.transform(texts)),
});
const Role = v.looseObject({
  AssumeRolePolicyDocument: v.pipe(v.string(), v.parseJson()),
  Policies: v.tuple([
    v.looseObject({ PolicyDocument: v.looseObject({ Statement: v.array(Statement) }) }),
  ]),
});
const BucketPolicy = v.looseObject({ PolicyDocument: v.unknown() });
const Distribution = v.looseObject({
  DistributionConfig: v.looseObject({
    CacheBehaviors: v.array(v.looseObject({ PathPattern: v.string() })),
    DefaultCacheBehavior: v.looseObject({}),
    Aliases: v.optional(v.array(v.string())),
    ViewerCertificate: v.optional(v.unknown()),
  }),
});
const Headers = v.looseObject({
  ResponseHeadersPolicyConfig: v.looseObject({
    SecurityHeadersConfig: v.unknown(),
    CustomHeadersConfig: v.unknown(),
  }),
});

describe("the bucket", () => {
  it("is private, without ACLs, encrypted, and outlives the stack", () => {
    expect(template.Resources["Bucket"]).toMatchObject({
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
    });
    expect(resources["Bucket"]).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
        ],
      },
    });
  });

  it("keeps versions only if asked to, and loses broken uploads and old versions", () => {
    const kept = evaluateTemplate(template, { ...PARAMETERS, Versioning: "enabled" });
    expect(resources["Bucket"]).not.toHaveProperty("VersioningConfiguration");
    expect(kept.resources["Bucket"]).toMatchObject({
      VersioningConfiguration: { Status: "Enabled" },
      LifecycleConfiguration: {
        Rules: [
          { Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
          { Status: "Enabled", NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
        ],
      },
    });
  });

  it("has the policy of docs/security.md: CloudFront reads images/, nobody anything without TLS", () => {
    const { PolicyDocument } = v.parse(BucketPolicy, resources["BucketPolicy"]);
    expect(PolicyDocument).toEqual(policyOfSecurity("The CDN"));
  });
});

describe("the distribution", () => {
  const { DistributionConfig: config } = v.parse(Distribution, resources["Distribution"]);

  it("lets only images/* reach the bucket", () => {
    expect(config.CacheBehaviors.map(({ PathPattern }) => PathPattern)).toEqual(["images/*"]);
    expect(config.DefaultCacheBehavior["FunctionAssociations"]).toEqual([
      { EventType: "viewer-request", FunctionARN: "<RefuseEverythingElse.FunctionARN>" },
    ]);
  });

  it("answers 403 to everything else, in a function that runs before the bucket is asked", () => {
    const RefuseFunction = v.looseObject({
      FunctionCode: v.string(),
      AutoPublish: v.literal(true),
    });
    const { FunctionCode } = v.parse(RefuseFunction, resources["RefuseEverythingElse"]);
    const event = { request: { uri: "/state/reconcile.json" } };
    const answer: unknown = runInNewContext(`${FunctionCode}; handler(event)`, { event });
    expect(answer).toEqual({ statusCode: 403, statusDescription: "Forbidden" });
  });

  it("sends its headers with every answer, and only over https", () => {
    for (const behavior of [...config.CacheBehaviors, config.DefaultCacheBehavior]) {
      expect(behavior).toMatchObject({
        AllowedMethods: ["GET", "HEAD"],
        CachePolicyId: "<CachePolicy>",
        ResponseHeadersPolicyId: "<ResponseHeaders>",
        ViewerProtocolPolicy: expect.stringMatching(/^(?:https-only|redirect-to-https)$/u),
      });
    }
    const { ResponseHeadersPolicyConfig } = v.parse(Headers, resources["ResponseHeaders"]);
    expect(ResponseHeadersPolicyConfig).toMatchObject({
      SecurityHeadersConfig: {
        ContentTypeOptions: { Override: true },
        ContentSecurityPolicy: {
          ContentSecurityPolicy: "default-src 'none'; sandbox",
          Override: true,
        },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, Override: true },
      },
      CustomHeadersConfig: {
        Items: [{ Header: "Cross-Origin-Resource-Policy", Value: "cross-origin", Override: true }],
      },
    });
  });

  it("has a domain of its own only with a certificate for it", () => {
    const own = v.parse(Distribution, withDomain.resources["Distribution"]).DistributionConfig;
    expect([config.Aliases, config.ViewerCertificate]).toEqual([undefined, undefined]);
    expect(own.Aliases).toEqual([DOMAIN.DomainName]);
    expect(own.ViewerCertificate).toEqual({
      AcmCertificateArn: DOMAIN.CertificateArn,
      SslSupportMethod: "sni-only",
      MinimumProtocolVersion: "TLSv1.2_2021",
    });
  });
});

describe("the role", () => {
  it.each([
    ["create", "<OidcProvider>"],
    ["existing", "arn:aws:iam::123456789012:oidc-provider/oidc.vercel.com/acme"],
  ])("trusts one environment of one project of one team (provider: %s)", (kind, provider) => {
    const stack = evaluateTemplate(template, {
      ...PARAMETERS,
      VercelEnvironment: "preview",
      VercelOidcProvider: kind,
    });
    expect(Object.keys(stack.resources).includes("OidcProvider")).toBe(kind === "create");
    expect(v.parse(Role, stack.resources["Role"]).AssumeRolePolicyDocument).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: provider },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "oidc.vercel.com/acme:aud": "https://vercel.com/acme",
              "oidc.vercel.com/acme:sub": "owner:acme:project:upload-to-s3:environment:preview",
            },
          },
        },
      ],
    });
  });

  it("creates the provider in team mode", () => {
    expect(resources["OidcProvider"]).toEqual({
      Url: "https://oidc.vercel.com/acme",
      ClientIdList: ["https://vercel.com/acme"],
    });
  });

  it("has the policy of docs/security.md", () => {
    const Policies = v.looseObject({ Policies: v.unknown() });
    expect(v.parse(Policies, resources["Role"]).Policies).toEqual([
      { PolicyName: "upload-to-s3", PolicyDocument: policyOfSecurity("The bucket") },
    ]);
  });

  it("names every action and no resource outside images/, state/ and this distribution", () => {
    for (const { Action, Resource } of statements()) {
      expect(
        Action.filter((action) => !/^(?:s3|cloudfront):[A-Z][A-Za-z]+$/u.test(action)),
      ).toEqual([]);
      expect(Resource.filter((resource) => !OWN_RESOURCES.test(resource))).toEqual([]);
    }
  });

  it("may do in S3 what lib/storage sends, and nothing else", () => {
    const sent = [...(storage ?? "").matchAll(/new sdk\.(\w+)Command\(/gu)].map(([, name]) => name);
    const allowed = statements().flatMap(({ Action }) => Action);
    expect(new Set(allowed.filter((action) => action.startsWith("s3:")))).toEqual(
      new Set(sent.map((name) => (name === "ListObjectsV2" ? "s3:ListBucket" : `s3:${name}`))),
    );
  });
});

describe("the outputs", () => {
  const ids = {
    S3Bucket: "<Bucket>",
    S3Region: "eu-central-1",
    AwsRoleArn: "<Role.Arn>",
    CloudfrontDistributionId: "<Distribution>",
    VercelEnvironment: "production",
  };

  it("fill the variables", () => {
    expect(outputs).toEqual({ ...ids, PublicBaseUrl: "https://<Distribution.DomainName>" });
  });

  it("name the domain of one's own, and where its DNS record points", () => {
    expect(withDomain.outputs).toEqual({
      ...ids,
      PublicBaseUrl: "https://images.example.com",
      DnsTarget: "<Distribution.DomainName>",
    });
  });
});

describe("the parameters", () => {
  it("are those of the table in infra/aws/README.md, with their defaults", () => {
    const rows = (readme ?? "").matchAll(/^\| `(\w+)` +\| +(?:`(\w+)` +)?\|/gmu);
    const described = [...rows].map(([, name, byDefault = ""]) => [name, byDefault]);
    expect(described).toEqual(
      Object.entries(template.Parameters).map(([name, { Default = "" }]) => [name, Default]),
    );
  });

  it.each([
    [{}],
    [DOMAIN],
    [{ VercelProject: "upload_to.s3" }],
    [{ VercelOidcProvider: "existing", Versioning: "enabled", VercelEnvironment: "development" }],
    [{ ...DOMAIN, DomainName: "img.xn--3e0b707e" }],
  ])("take %j", (parameters) => {
    expect(refusals(template, { ...PARAMETERS, ...parameters })).toEqual([]);
  });

  it.each([
    [{ VercelTeam: "" }, "VercelTeam is"],
    [{ VercelTeam: "Acme" }, "VercelTeam is"],
    [{ VercelTeam: "acme-" }, "VercelTeam is"],
    [{ VercelTeam: "*" }, "VercelTeam is"],
    [{ VercelTeam: 'a"b' }, "VercelTeam is"],
    [{ VercelTeam: "a".repeat(65) }, "VercelTeam is"],
    [{ VercelProject: "*" }, "VercelProject is"],
    [{ VercelProject: "a:environment:preview" }, "VercelProject is"],
    [{ VercelProject: "a".repeat(101) }, "VercelProject is"],
    [{ VercelEnvironment: "staging" }, "VercelEnvironment is"],
    [{ VercelOidcProvider: "no" }, "VercelOidcProvider is"],
    [{ Versioning: "Suspended" }, "Versioning is"],
    [{ ...DOMAIN, DomainName: "https://images.example.com" }, "DomainName is"],
    [{ ...DOMAIN, DomainName: "*.example.com" }, "DomainName is"],
    [{ ...DOMAIN, DomainName: "localhost" }, "DomainName is"],
    [{ ...DOMAIN, DomainName: `${"a.".repeat(126)}com` }, "DomainName is"],
    [
      { ...DOMAIN, CertificateArn: DOMAIN.CertificateArn.replace("us-east-1", "eu-west-1") },
      "CertificateArn is",
    ],
    [{ DomainName: DOMAIN.DomainName }, "A DomainName needs a CertificateArn."],
    [{ CertificateArn: DOMAIN.CertificateArn }, "A CertificateArn needs the DomainName"],
  ])("refuse %j with one sentence", (parameters, sentence) => {
    expect(refusals(template, { ...PARAMETERS, ...parameters })).toEqual([
      expect.stringContaining(sentence),
    ]);
  });
});

const OWN_RESOURCES =
  /^(?:<Bucket\.Arn>(?:\/(?:images|state)\/(?:(?:open|probe)\/)?\*)?|arn:aws:cloudfront::123456789012:distribution\/<Distribution>)$/u;

function statements(): v.InferOutput<typeof Statement>[] {
  const [{ PolicyDocument }] = v.parse(Role, resources["Role"]).Policies;
  return PolicyDocument.Statement;
}

/** The policy that a section of docs/security.md shows, for the resources of this stack. */
function policyOfSecurity(heading: string): unknown {
  const [, section = ""] = (security ?? "").split(`\n## ${heading}\n`);
  const [, json = ""] = /```json\n([^]*?)```/u.exec(section) ?? [];
  return JSON.parse(
    json
      .replaceAll("arn:aws:s3:::YOUR-BUCKET", "<Bucket.Arn>")
      .replaceAll("ACCOUNT:distribution/DISTRIBUTION", "123456789012:distribution/<Distribution>"),
  );
}
