import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it } from "vitest";
import { type LocalS3, type LocalS3Options, startLocalS3 } from "../../../dev/local-s3/server.ts";
import { createS3Client } from "../../helpers/s3-client.ts";
import { sendWire, toWireRequest, type WireRequest } from "./wire.ts";

const BODY = Buffer.from("bytes of an image");

let s3: LocalS3;
afterEach(() => s3.close());

/** Sends a PUT that the SDK signed, and returns it, so that a test can change it and send it again. */
async function startWithSignedPut(options: LocalS3Options = {}): Promise<WireRequest> {
  s3 = await startLocalS3(options);
  const input = {
    Bucket: s3.bucket,
    Key: "images/a b.png",
    Body: BODY,
    ContentType: "image/png",
    Metadata: { by: "x" },
  };
  await createS3Client(s3).send(new PutObjectCommand(input));
  const [recorded] = s3.requests;
  if (recorded === undefined) {
    throw new Error("Cannot replay: no request was recorded");
  }
  return toWireRequest(recorded, BODY);
}

async function codeOf(wire: WireRequest): Promise<string> {
  const { status, code } = await sendWire(s3.endpoint, wire);
  return `${status} ${code}`.trim();
}

function withHeaders(wire: WireRequest, headers: Record<string, string>): WireRequest {
  return { ...wire, headers: { ...wire.headers, ...headers } };
}

describe("a signed request", () => {
  it("is accepted again unchanged", async () => {
    expect(await codeOf(await startWithSignedPut())).toBe("200");
  });

  it("is refused with another secret", async () => {
    s3 = await startLocalS3();
    const client = createS3Client({ ...s3, secretAccessKey: `${s3.secretAccessKey}x` });
    const put = client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "k", Body: BODY }));
    await expect(put).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
      $metadata: { httpStatusCode: 403 },
    });
    expect(s3.objects()).toEqual([]);
  });

  it("is refused with an unknown access key", async () => {
    s3 = await startLocalS3();
    const client = createS3Client({ ...s3, accessKeyId: "someone-else" });
    const put = client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "k", Body: BODY }));
    await expect(put).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
      $metadata: { httpStatusCode: 403 },
    });
  });

  it("is refused for another region", async () => {
    s3 = await startLocalS3({ region: "ap-northeast-2" });
    const client = createS3Client({ ...s3, region: "us-east-1" });
    const put = client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "k", Body: BODY }));
    await expect(put).rejects.toMatchObject({ name: "AuthorizationHeaderMalformed" });
  });

  const tampered: Record<string, [expected: string, (wire: WireRequest) => WireRequest]> = {
    "its body": [
      "400 XAmzContentSHA256Mismatch",
      (wire) => ({ ...wire, body: Buffer.from("bytes of an imagE") }),
    ],
    "its path": [
      "403 SignatureDoesNotMatch",
      (wire) => ({ ...wire, target: wire.target.replace(".png", ".gif") }),
    ],
    "its query": [
      "403 SignatureDoesNotMatch",
      (wire) => ({ ...wire, target: `${wire.target}&a=b` }),
    ],
    "its method": ["403 SignatureDoesNotMatch", (wire) => ({ ...wire, method: "DELETE" })],
    "its content type": [
      "403 SignatureDoesNotMatch",
      (wire) => withHeaders(wire, { "content-type": "text/html" }),
    ],
    "its metadata": [
      "403 SignatureDoesNotMatch",
      (wire) => withHeaders(wire, { "x-amz-meta-by": "y" }),
    ],
    "its host": ["403 SignatureDoesNotMatch", (wire) => withHeaders(wire, { host: "localhost" })],
    "an x-amz header that was not signed": [
      "403 AccessDenied",
      (wire) => withHeaders(wire, { "x-amz-meta-to": "y" }),
    ],
    "its checksum": [
      "403 SignatureDoesNotMatch",
      (wire) => withHeaders(wire, { "x-amz-checksum-crc32": "AAAAAA==" }),
    ],
    "a Content-MD5 of something else": [
      "400 BadDigest",
      (wire) => withHeaders(wire, { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" }),
    ],
    "a Content-MD5 that is none": [
      "400 InvalidDigest",
      (wire) => withHeaders(wire, { "content-md5": "x" }),
    ],
  };
  for (const [what, [expected, tamper]] of Object.entries(tampered)) {
    it(`with ${what} changed gets ${expected}`, async () => {
      const wire = await startWithSignedPut();
      const before = s3.objects();
      expect(await codeOf(tamper(wire))).toBe(expected);
      expect(s3.objects()).toEqual(before);
    });
  }

  it("is accepted 15 minutes early or late, and refused one second beyond", async () => {
    let nowMs = Date.now();
    const wire = await startWithSignedPut({ now: () => nowMs });
    const signedAt = wire.headers?.["x-amz-date"] ?? "";
    const signedAtMs = Date.parse(
      signedAt.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"),
    );
    for (const [skewSeconds, expected] of [
      [900, "200"],
      [901, "403 RequestTimeTooSkewed"],
      [-900, "200"],
      [-901, "403 RequestTimeTooSkewed"],
    ] as const) {
      nowMs = signedAtMs + skewSeconds * 1000;
      expect(`${skewSeconds} s: ${await codeOf(wire)}`).toBe(`${skewSeconds} s: ${expected}`);
    }
  });
});

describe("a checksum that does not fit the body", () => {
  it("is refused although it is signed", async () => {
    s3 = await startLocalS3();
    const input = { Bucket: s3.bucket, Key: "k", Body: BODY, ChecksumCRC32: "AAAAAA==" };
    const put = createS3Client(s3).send(new PutObjectCommand(input));
    await expect(put).rejects.toMatchObject({
      name: "BadDigest",
      $metadata: { httpStatusCode: 400 },
    });
    expect(s3.objects()).toEqual([]);
  });

  it("is not implemented for SHA-1", async () => {
    s3 = await startLocalS3();
    const input = { Bucket: s3.bucket, Key: "k", Body: BODY, ChecksumAlgorithm: "SHA1" } as const;
    const put = createS3Client(s3).send(new PutObjectCommand(input));
    await expect(put).rejects.toMatchObject({ name: "NotImplemented" });
  });
});

describe("a session token", () => {
  it("is accepted when it is the expected one, refused otherwise and when missing", async () => {
    s3 = await startLocalS3({ sessionToken: "token" });
    await putWithToken("token");
    await expect(putWithToken("other")).rejects.toMatchObject({ name: "InvalidToken" });
    await expect(putWithToken()).rejects.toMatchObject({ name: "InvalidToken" });
  });

  it("is refused where none is expected", async () => {
    s3 = await startLocalS3();
    await expect(putWithToken("token")).rejects.toMatchObject({ name: "InvalidToken" });
  });
});

function putWithToken(sessionToken?: string) {
  const address = { ...s3, ...(sessionToken !== undefined && { sessionToken }) };
  const input = { Bucket: s3.bucket, Key: "k", Body: BODY };
  return createS3Client(address).send(new PutObjectCommand(input));
}

describe("an anonymous request", () => {
  it("reads public objects with their headers, and nothing else", async () => {
    await startWithSignedPut();
    const client = createS3Client(s3);
    await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "state/a.json", Body: BODY }));
    const get = (path: string, method = "GET") =>
      sendWire(s3.publicBaseUrl, { method, target: `/${s3.bucket}/${path}` });

    const shown = await get("images/a%20b.png?cache=no");
    expect(shown).toMatchObject({ status: 200, body: BODY });
    expect(shown.headers).toMatchObject({
      "content-type": "image/png",
      "x-amz-meta-by": "x",
      // As a CDN adds it.
      "x-content-type-options": "nosniff",
    });
    expect(await get("images/a%20b.png", "HEAD")).toMatchObject({
      status: 200,
      body: Buffer.alloc(0),
    });
    expect(await get("images/gone.png")).toMatchObject({ status: 404, code: "NoSuchKey" });
    for (const path of [
      "state/a.json",
      "state/none.json",
      "",
      "?list-type=2",
      "images",
      "Images/a%20b.png",
      "images%2F../state/a.json",
    ]) {
      const { status } = await get(path);
      expect({ path, isRefused: status === 403 || status === 404 }).toEqual({
        path,
        isRefused: true,
      });
    }
    expect(await get("state/a.json")).toMatchObject({ status: 403, code: "AccessDenied" });
    expect(await get("images/a%20b.png?acl")).toMatchObject({
      status: 501,
      code: "NotImplemented",
    });
    expect(await get("images/a%20b.png", "DELETE")).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
    expect(s3.objects()).toHaveLength(2);
  });

  it("writes nothing under a public prefix", async () => {
    s3 = await startLocalS3();
    const wire = {
      method: "PUT",
      target: `/${s3.bucket}/images/a.png`,
      headers: { "content-length": "1" },
      body: Buffer.from("a"),
    };
    expect(await codeOf(wire)).toBe("403 AccessDenied");
    expect(s3.objects()).toEqual([]);
  });
});
