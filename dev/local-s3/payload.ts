import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";

/** Compares the body with every digest in the request. */
export function verifyPayload(request: S3Request, payloadHash: string | undefined): void {
  if (payloadHash !== undefined) {
    verifySha256(request.body, payloadHash);
  }
  const md5 = request.headers.get("content-md5");
  if (md5 !== undefined) {
    verifyMd5(request.body, md5);
  }
  for (const [name, value] of request.headers) {
    const algorithm = /^x-amz-checksum-((?!mode|type|algorithm).*)$/.exec(name)?.[1];
    if (algorithm !== undefined) {
      verifyChecksum(request.body, algorithm, value);
    }
  }
}

export function crc32Base64(body: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return checksum.toString("base64");
}

function verifySha256(body: Buffer, payloadHash: string): void {
  if (payloadHash === "UNSIGNED-PAYLOAD") {
    return;
  }
  if (payloadHash.startsWith("STREAMING-")) {
    throw new S3Error(
      "NotImplemented",
      "Chunked uploads with trailing checksums are not implemented: send a Buffer.",
    );
  }
  if (!/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new S3Error(
      "InvalidArgument",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.",
    );
  }
  if (createHash("sha256").update(body).digest("hex") !== payloadHash) {
    throw new S3Error(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

function verifyMd5(body: Buffer, md5: string): void {
  if (!/^[A-Za-z0-9+/]{22}==$/.test(md5)) {
    throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  if (createHash("md5").update(body).digest("base64") !== md5) {
    throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}

function verifyChecksum(body: Buffer, algorithm: string, expected: string): void {
  if (algorithm !== "crc32") {
    throw new S3Error("NotImplemented", `The checksum ${algorithm} is not implemented.`);
  }
  if (crc32Base64(body) !== expected) {
    throw new S3Error(
      "BadDigest",
      "The CRC32 you specified did not match the calculated checksum.",
    );
  }
}
