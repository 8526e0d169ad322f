import { afterEach, expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { serveHttp, type HttpServer } from "../helpers/http-server.ts";
import { PNG, press, tagsShown, upload } from "../helpers/person.ts";
import { startTestStack } from "../helpers/stack.ts";

const ROLE = "arn:aws:iam::123456789012:role/uploader";
/** Unusable variables that the platform may put into a function. */
const STRAY = {
  AWS_ACCESS_KEY_ID: "ASIASTRAYKEYOFTHEPLATFORM",
  AWS_SECRET_ACCESS_KEY: "stray-secret",
  AWS_SESSION_TOKEN: "stray-token",
  AWS_REGION: "us-west-1",
};
const TOKEN = "token-of-the-temporary-key";

/** The SDK reads these variables from the process, not from our `env`. */
function setEnvironment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) {
    // oxlint-disable-next-line node/no-process-env
    process.env[name] = value;
    added.push(name);
  }
}

const added: string[] = [];

afterEach(() => {
  for (const name of added.splice(0)) {
    // oxlint-disable-next-line node/no-process-env
    Reflect.deleteProperty(process.env, name);
  }
});

function serveSts(): Promise<HttpServer> {
  return serveHttp((_request, response) => {
    response.setHeader("content-type", "text/xml");
    response.end(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>ASIAOFTHEROLE</AccessKeyId><SecretAccessKey>secret-of-the-role</SecretAccessKey>
        <SessionToken>${TOKEN}</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
      </Credentials></AssumeRoleWithWebIdentityResult>
    </AssumeRoleWithWebIdentityResponse>`);
  });
}

it("a role wins over keys that the platform puts into the function", async () => {
  await using sts = await serveSts();
  // Nothing verifies this token here; it only must not have expired.
  const payload = Buffer.from(JSON.stringify({ exp: 32_503_680_000 })).toString("base64url");
  setEnvironment({ AWS_ENDPOINT_URL_STS: sts.origin, VERCEL_OIDC_TOKEN: `e30.${payload}.x` });
  await using stack = await startTestStack(
    { ...STRAY, AWS_ROLE_ARN: ROLE },
    {
      s3: {
        accessKeyId: "ASIAOFTHEROLE",
        secretAccessKey: "secret-of-the-role",
        sessionToken: TOKEN,
      },
      hasCdn: true,
    },
  );
  const posted = await upload(stack);
  expect(tagsShown(stack, posted)).toHaveLength(1);
  await press(stack, posted, { action: "delete_image" });
  expect(stack.cdn?.requests).toMatchObject([{ status: 201 }]);
  expect(sts.requests.length).toBeGreaterThan(0);
  expect(JSON.stringify(takeLogs())).not.toContain(TOKEN);
});

it("the AWS SDK's own variable says where S3 is, for answers too", async () => {
  await using stack = await startTestStack({ S3_REGION: "us-east-1" });
  const address = { AWS_ENDPOINT_URL_S3: stack.s3.endpoint };
  setEnvironment(address);
  const app = stack.createInstance({ S3_ENDPOINT: "", ...address });
  const { envelope } = stack.slack.postMessage({
    channel: "images",
    files: [{ name: "a.png", bytes: PNG }],
  });
  expect((await stack.send(envelope, { app })).status).toBe(200);
  await stack.drain();
  expect(stack.s3.objects("images/")).toHaveLength(1);
});

it.each([
  ["does not count with a key that is not temporary", "AKIAOFSOMEBODY", undefined],
  ["counts with a temporary key", "ASIAOFSOMEBODY", TOKEN],
])("a session token %s", async (_name, accessKeyId, sessionToken) => {
  await using stack = await startTestStack(
    { AWS_SESSION_TOKEN: TOKEN },
    { s3: { accessKeyId, sessionToken } },
  );
  const posted = await upload(stack);
  expect(tagsShown(stack, posted)).toHaveLength(1);
});
