import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { parseAuthorization } from "../../dev/local-s3/authorization.ts";
import { parseRequestHead } from "../../dev/local-s3/request.ts";
import { S3Error } from "../../dev/local-s3/s3-error.ts";
import type { LocalS3 } from "../../dev/local-s3/server.ts";
import { verifySignature } from "../../dev/local-s3/sigv4.ts";
import { serveHttp } from "./http-server.ts";

/** The one call of CloudFront's API that the app makes: CreateInvalidation for one distribution. */
export interface TestCloudFront extends AsyncDisposable {
  /** The variables that name the distribution. */
  env: Record<string, string>;
  requests: readonly InvalidationRequest[];
  /** The invalidations that the requests made, by caller reference. */
  invalidations: ReadonlyMap<string, { id: string; paths: readonly string[] }>;
  fault(rule: CloudFrontFault): void;
  clearFaults(): void;
}

export interface InvalidationRequest {
  reference: string;
  paths: readonly string[];
  /** The keys that the paths cover and that were still in the bucket. */
  objectsLeft: readonly string[];
  /** 0: there was no answer. */
  status: number;
  /** The code of a refusal. */
  code?: string;
}

export type CloudFrontFault = {
  times?: number;
  /** Gets the same object for the same request. */
  when?: (request: object) => boolean;
} & (
  | { kind: "reset" | "executed_then_reset" | "stall" }
  | { kind: "refusal"; status: number; code: string }
);

export const DISTRIBUTION = "E1U5RQF7T870K0";

/** Serves at the address that the SDK reads from the process's environment, until it is disposed of. */
export async function startCloudFront(
  s3: LocalS3,
  sessionToken: string | undefined,
): Promise<TestCloudFront> {
  const requests: InvalidationRequest[] = [];
  const invalidations = new Map<string, { id: string; paths: readonly string[] }>();
  let faults: { rule: CloudFrontFault; left: number }[] = [];
  const signer = { ...s3, region: "us-east-1", service: "cloudfront", sessionToken };

  function strike(request: object): CloudFrontFault | undefined {
    const hit = faults.find(({ rule, left }) => left > 0 && (rule.when?.(request) ?? true));
    if (hit !== undefined) {
      hit.left -= 1;
    }
    return hit?.rule;
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse) {
    const body = await text(incoming);
    const request = {
      reference: textOf(body, "CallerReference")[0] ?? "",
      paths: textOf(body, "Path"),
      status: 0,
    };
    const beginnings = request.paths.map((path) => path.replace(/^.*\/|\*$/gu, ""));
    const objectsLeft = s3
      .facts()
      .map(({ key }) => key)
      .filter((key) => beginnings.some((beginning) => key.includes(`/${beginning}`)));
    const record: InvalidationRequest = { ...request, objectsLeft };
    requests.push(record);
    const rule = strike(incoming);
    if (rule?.kind === "stall") {
      return;
    }
    if (rule?.kind === "reset") {
      incoming.socket.resetAndDestroy();
      return;
    }
    const answer =
      rule?.kind === "refusal" ? { ...rule, xml: "" } : execute(incoming, body, request);
    if (rule?.kind === "executed_then_reset") {
      incoming.socket.resetAndDestroy();
      return;
    }
    record.status = answer.status;
    if (answer.code !== undefined) {
      record.code = answer.code;
    }
    outgoing.writeHead(answer.status, { "content-type": "text/xml" });
    outgoing.end(answer.code === undefined ? answer.xml : renderError(answer.code));
  }

  function execute(
    incoming: IncomingMessage,
    body: string,
    { reference, paths }: { reference: string; paths: readonly string[] },
  ): { status: number; code?: string; xml: string } {
    const head = parseRequestHead(incoming);
    const refuse = (status: number, code: string) => ({ status, code, xml: "" });
    try {
      const claim = parseAuthorization(head);
      if (claim === undefined) {
        return refuse(403, "MissingAuthenticationToken");
      }
      verifySignature(head, claim, signer, Date.now());
    } catch (error) {
      return refuse(403, error instanceof S3Error ? error.code : "InternalFailure");
    }
    const [, version, , distribution, action] = head.path.split("/");
    if (head.method !== "POST" || version !== "2020-05-31" || action !== "invalidation") {
      return refuse(404, "UnknownOperation");
    }
    if (distribution !== DISTRIBUTION) {
      return refuse(404, "NoSuchDistribution");
    }
    if (textOf(body, "Quantity")[0] !== String(paths.length) || paths.length === 0) {
      return refuse(400, "InconsistentQuantities");
    }
    if (reference === "" || !paths.every((path) => /^\/[!-~]*$/u.test(path))) {
      return refuse(400, "InvalidArgument");
    }
    const known = invalidations.get(reference);
    if (known !== undefined && known.paths.join() !== paths.join()) {
      return refuse(400, "InvalidationBatchAlreadyExists");
    }
    const made = known ?? { id: `I${invalidations.size + 1}`, paths };
    invalidations.set(reference, made);
    return { status: 201, xml: renderInvalidation(made.id, body) };
  }

  const server = await serveHttp((incoming, outgoing) => void serve(incoming, outgoing));
  // oxlint-disable-next-line node/no-process-env
  process.env[ENDPOINT] = server.origin;
  return {
    env: { CLOUDFRONT_DISTRIBUTION_ID: DISTRIBUTION },
    requests,
    invalidations,
    fault: (rule) => void faults.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }),
    clearFaults: () => void (faults = []),
    async [Symbol.asyncDispose]() {
      // oxlint-disable-next-line node/no-process-env
      Reflect.deleteProperty(process.env, ENDPOINT);
      await server[Symbol.asyncDispose]();
    },
  };
}

const ENDPOINT = "AWS_ENDPOINT_URL_CLOUDFRONT";

function textOf(xml: string, element: string): string[] {
  const found = xml.matchAll(new RegExp(`<${element}>(?<content>[^<]*)</${element}>`, "gu"));
  return [...found].map(({ groups }) => groups?.["content"] ?? "");
}

function renderInvalidation(id: string, body: string): string {
  const batch = body.replace(/^<\?xml[^>]*\?>/u, "");
  return `<?xml version="1.0"?><Invalidation xmlns="${NAMESPACE}"><Id>${id}</Id><Status>InProgress</Status><CreateTime>2026-11-26T12:00:00Z</CreateTime>${batch}</Invalidation>`;
}

function renderError(code: string): string {
  return `<?xml version="1.0"?><ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>A test says so.</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}

const NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
