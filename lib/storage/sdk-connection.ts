import type { _Object, S3ClientConfig } from "@aws-sdk/client-s3";
import * as v from "valibot";
import type { Connection, Place } from "./connection.ts";
import type { ListedObject } from "./s3.ts";

/** Connects with the AWS SDK, which is heavy to load. Answers have `connectSigned`. */
export async function connectSdk(place: Place): Promise<Connection> {
  const sdk = await import("@aws-sdk/client-s3");
  const { bucket: Bucket, endpoint, onDate } = place;
  const agent = { keepAlive: true, maxSockets: place.maxSockets ?? MAX_SOCKETS };
  const config: S3ClientConfig = {
    region: place.region,
    credentials: place.credentials,
    // Retries are ours, because the SDK does not retry a 409 or a truncated body.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  };
  const client = new sdk.S3Client(config);
  if (onDate !== undefined) {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const serverMs = readDate(result.response);
        if (serverMs !== undefined) {
          onDate(serverMs);
        }
        return result;
      },
      // Next to the wire, so that it sees refusals before they are thrown.
      { step: "deserialize", priority: "low" },
    );
  }
  return {
    async put({ key: Key, body: Body, sha256, ...wanted }, abortSignal) {
      const command = new sdk.PutObjectCommand({
        Bucket,
        Key,
        Body,
        ContentType: wanted.contentType,
        CacheControl: wanted.cacheControl,
        IfNoneMatch: wanted.ifNoneMatch,
        IfMatch: wanted.ifMatch,
      });
      if (sha256 !== undefined) {
        command.middlewareStack.add(
          (next) => (args) => {
            setPayloadHash(args.request, sha256);
            return next(args);
          },
          { step: "build" },
        );
      }
      const { ETag = "" } = await client.send(command, { abortSignal });
      return ETag;
    },
    async get(Key, abortSignal) {
      const object = await client.send(new sdk.GetObjectCommand({ Bucket, Key }), { abortSignal });
      const body = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
      return { body, etag: object.ETag ?? "" };
    },
    async delete(Key, abortSignal) {
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }), { abortSignal });
    },
    async list({ prefix, startAfter, delimiter, token }, abortSignal) {
      const command = new sdk.ListObjectsV2Command({
        Bucket,
        Prefix: prefix,
        StartAfter: startAfter,
        Delimiter: delimiter,
        ContinuationToken: token,
      });
      const page = await client.send(command, { abortSignal });
      return {
        objects: (page.Contents ?? []).map(toListedObject),
        folders: (page.CommonPrefixes ?? []).map((folder) => folder.Prefix ?? ""),
        isTruncated: page.IsTruncated === true,
        nextToken: page.NextContinuationToken,
      };
    },
  };
}

const CONNECTION_TIMEOUT_MS = 3000;

/** The SDK's default. */
const MAX_SOCKETS = 50;

const Dated = v.object({ headers: v.object({ date: v.string() }) });

function readDate(response: unknown): number | undefined {
  const dated = v.safeParse(Dated, response);
  const serverMs = dated.success ? Date.parse(dated.output.headers.date) : Number.NaN;
  return Number.isNaN(serverMs) ? undefined : serverMs;
}

const HttpRequest = v.object({ headers: v.record(v.string(), v.string()) });

/** The signer uses the body hash from this header if it is set. */
function setPayloadHash(request: unknown, sha256: string): void {
  if (v.is(HttpRequest, request)) {
    request.headers["x-amz-content-sha256"] = sha256;
  }
}

function toListedObject(object: _Object): ListedObject {
  return {
    key: object.Key ?? "",
    sizeBytes: object.Size ?? 0,
    etag: object.ETag ?? "",
    lastModified: object.LastModified ?? new Date(0),
  };
}
