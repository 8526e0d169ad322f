import { createHash, createHmac } from "node:crypto";

/**
 * Stores an object unless the key exists, signed by hand:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export async function putByHand(
  key: string,
  body: Buffer<ArrayBuffer>,
  contentType: string,
): Promise<void> {
  const { S3_ENDPOINT, S3_BUCKET, AWS_ACCESS_KEY_ID } = process.env;
  const url = new URL(`${S3_ENDPOINT}/${S3_BUCKET}/${key}`);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/gu, "");
  const hash = sha256(body);
  const headers = {
    "content-type": contentType,
    host: url.host,
    "if-none-match": "*",
    "x-amz-content-sha256": hash,
    "x-amz-date": time,
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ["PUT", url.pathname, "", lines.join(""), names, hash].join("\n");
  const scope = `${time.slice(0, 8)}/${process.env["S3_REGION"]}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const signature = hmac(keyFor(scope), toSign).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const response = await fetch(url, {
    method: "PUT",
    body,
    headers: { ...headers, authorization },
  });
  await response.arrayBuffer();
  if (!response.ok) {
    throw new Error(`Cannot store object ${key}: ${response.status}`);
  }
}

/** A key is the same all day. */
const keys = new Map<string, Buffer>();

function keyFor(scope: string): Buffer {
  const known = keys.get(scope);
  if (known !== undefined) {
    return known;
  }
  const secret = Buffer.from(`AWS4${process.env["AWS_SECRET_ACCESS_KEY"]}`);
  const key = scope.split("/").reduce(hmac, secret);
  keys.set(scope, key);
  return key;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}
