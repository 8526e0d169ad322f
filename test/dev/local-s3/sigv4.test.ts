import { describe, expect, it } from "vitest";
import { parseAuthorization } from "../../../dev/local-s3/authorization.ts";
import { parseRequestHead } from "../../../dev/local-s3/request.ts";
import { S3Error } from "../../../dev/local-s3/s3-error.ts";
import { verifySignature } from "../../../dev/local-s3/sigv4.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const SIGNER = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const SIGNED_AT_MS = Date.parse("2013-05-24T00:00:00Z");
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const EXAMPLES = [
  {
    name: "GET Object",
    target: "/test.txt",
    headers: { range: "bytes=0-9" },
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    name: "PUT Object",
    method: "PUT",
    target: "/test$file.text",
    headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
    payloadHash: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    name: "GET Bucket Lifecycle",
    target: "/?lifecycle",
    headers: {},
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    name: "GET Bucket (List Objects)",
    target: "/?max-keys=2&prefix=J",
    headers: {},
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
];

interface Example {
  method?: string;
  target: string;
  headers: Record<string, string>;
  payloadHash?: string;
  signature: string;
}

function verifyExample({
  method = "GET",
  target,
  payloadHash = EMPTY_SHA256,
  signature,
  ...example
}: Example): void {
  const headers: Record<string, string> = {
    host: "examplebucket.s3.amazonaws.com",
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": "20130524T000000Z",
    ...example.headers,
  };
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
    `SignedHeaders=${Object.keys(headers).toSorted().join(";")},Signature=${signature}`;
  const head = parseRequestHead({
    method,
    url: target,
    rawHeaders: Object.entries({ ...headers, authorization }).flat(),
  });
  const claim = parseAuthorization(head);
  if (claim === undefined) {
    throw new TypeError("Cannot verify a request that is not signed");
  }
  verifySignature(head, claim, SIGNER, SIGNED_AT_MS);
}

describe("verifySignature() with the examples that AWS publishes", () => {
  for (const example of EXAMPLES) {
    it(`accepts ${example.name}`, () => {
      expect(() => verifyExample(example)).not.toThrow();
    });

    it(`refuses ${example.name} with one digit of the signature changed`, () => {
      const signature = example.signature.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
      expect(() => verifyExample({ ...example, signature })).toThrow(/does not match/);
    });

    it(`refuses ${example.name} on another path`, () => {
      expect(() =>
        verifyExample({ ...example, target: example.target.replace("/", "/x") }),
      ).toThrow(/does not match/);
    });
  }
});

describe("parseAuthorization()", () => {
  const malformed = {
    "another scheme": "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
    "no signature":
      "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/s3/aws4_request,SignedHeaders=host",
    "a short scope":
      "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/s3,SignedHeaders=host,Signature=00",
    nothing: "AWS4-HMAC-SHA256 ",
  };
  for (const [name, authorization] of Object.entries(malformed)) {
    it(`refuses a header with ${name}`, () => {
      const rawHeaders = ["authorization", authorization, "x-amz-content-sha256", EMPTY_SHA256];
      expect(() =>
        parseAuthorization(parseRequestHead({ method: "GET", url: "/b/k", rawHeaders })),
      ).toThrow(S3Error);
    });
  }

  it("refuses a presigned URL", () => {
    const url = "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00";
    expect(() =>
      parseAuthorization(parseRequestHead({ method: "GET", url, rawHeaders: [] })),
    ).toThrow("Presigned URLs are not implemented.");
  });

  it("returns undefined for an anonymous request", () => {
    expect(
      parseAuthorization(parseRequestHead({ method: "GET", url: "/b/k", rawHeaders: [] })),
    ).toBeUndefined();
  });
});
