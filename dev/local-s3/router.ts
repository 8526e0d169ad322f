import type { Buckets } from "./buckets.ts";
import { deleteObjects } from "./delete-objects.ts";
import { getObject } from "./get-object.ts";
import { listObjects } from "./list-objects.ts";
import { putObject } from "./put-object.ts";
import type { S3Request } from "./request.ts";
import type { S3Response } from "./response.ts";
import { S3Error } from "./s3-error.ts";

interface Service {
  buckets: Buckets;
  region: string;
  nowMs: number;
}

/** Carries out a permitted request. Throws `S3Error` if it refuses the request. */
export function route(request: S3Request, service: Service): S3Response {
  verifySupported(request);
  return request.key === "" ? routeBucket(request, service) : routeObject(request, service);
}

function routeObject(request: S3Request, service: Service): S3Response {
  const store = findStore(request, service);
  switch (request.method) {
    case "GET":
    case "HEAD":
      return getObject(request, store);
    case "PUT":
      return putObject(request, store, service.nowMs);
    case "DELETE":
      if (request.headers.has("if-match")) {
        throw notImplemented("If-Match");
      }
      store.delete(request.key);
      return { status: 204, headers: {} };
    default:
      throw methodNotAllowed();
  }
}

function routeBucket(request: S3Request, service: Service): S3Response {
  if (request.bucket === "") {
    throw notImplemented("ListBuckets");
  }
  switch (request.method) {
    case "HEAD":
      findStore(request, service);
      return { status: 200, headers: { "x-amz-bucket-region": service.region } };
    case "GET":
      return listObjects(request, findStore(request, service));
    case "POST":
      if (request.query.has("delete")) {
        return deleteObjects(request, findStore(request, service));
      }
      throw notImplemented("POST");
    case "PUT":
    case "DELETE":
      throw notImplemented(`${request.method} of a bucket`);
    default:
      throw methodNotAllowed();
  }
}

/** S3 has these and this server does not. It refuses them, so that no test passes because one was ignored. */
const SUBRESOURCES = new Set(
  `accelerate acl analytics append attributes cors encryption intelligent-tiering inventory legal-hold lifecycle location
  logging metrics notification object-lock ownershipControls partNumber policy policyStatus publicAccessBlock renameObject
  replication requestPayment restore retention select tagging torrent uploadId uploads versionId versioning versions website`.split(
    /\s+/,
  ),
);

const KNOWN_HEADERS =
  /^x-amz-(date|content-sha256|security-token|user-agent|meta-.+|checksum-.+|sdk-checksum-algorithm)$/;

function verifySupported({ query, headers }: S3Request): void {
  for (const name of query.keys()) {
    if (SUBRESOURCES.has(name) || name.startsWith("response-")) {
      throw notImplemented(name);
    }
  }
  for (const name of headers.keys()) {
    if (name === "x-amz-acl" || name.startsWith("x-amz-grant-")) {
      throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
    if (name.startsWith("x-amz-") && !KNOWN_HEADERS.test(name)) {
      throw notImplemented(name);
    }
  }
}

function findStore({ bucket }: S3Request, { buckets }: Service) {
  const store = buckets.find(bucket);
  if (store === undefined) {
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist");
  }
  return store;
}

function notImplemented(what: string): S3Error {
  return new S3Error(
    "NotImplemented",
    `A header or query you provided implies functionality that is not implemented: ${what}`,
  );
}

function methodNotAllowed(): S3Error {
  return new S3Error(
    "MethodNotAllowed",
    "The specified method is not allowed against this resource.",
  );
}
