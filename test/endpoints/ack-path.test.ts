import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("../helpers/loaded-packages.ts", import.meta.url));
const PHOTO = "../fixtures/images/progressive.jpg";

const CDN = { CLOUDFRONT_DISTRIBUTION_ID: "E1U5RQF7T870K0" };

async function answer(image = "", settings = {}) {
  const args = ["--import", "tsx", SCRIPT, image, JSON.stringify(settings)];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n") + 1));
}

it("no answer loads an SDK; the work behind it loads both, and a codec only when one is needed", async () => {
  const [text, image, webp, lossless] = await Promise.all([
    answer("", CDN),
    answer(PHOTO, CDN),
    answer(PHOTO, { OPTIMIZE: "webp" }),
    answer(PHOTO, { OPTIMIZE: "lossless" }),
  ]);
  expect(text).toMatchObject({ status: 200, atAnswer: [] });
  // Only a deletion asks CloudFront.
  expect([...text.warm, ...image.packages]).not.toContain("@aws-sdk/client-cloudfront");
  const sdks = ["@aws-sdk/client-s3", "@slack/web-api"];
  // An instance warms up after its first answer, so that the first image does not wait for the SDKs.
  expect(text.warm).toEqual(expect.arrayContaining(sdks));
  expect(text.warm).not.toContainEqual(expect.stringMatching(/^@(?:img|napi-rs)\//u));
  expect(image).toMatchObject({ status: 200, atAnswer: [] });
  const codecs = expect.stringMatching(/^@(?:img|napi-rs)\//u);
  expect(image.packages).toEqual(expect.arrayContaining(sdks));
  expect(image.packages).not.toContainEqual(codecs);
  expect(webp.packages).toEqual(expect.arrayContaining([...sdks, codecs]));
  expect(webp.packages).not.toContain("@napi-rs/image");
  // The lossless recoder cannot be stopped, so it runs in a process of its own.
  expect(lossless.packages).not.toContain("@napi-rs/image");
  expect(lossless.packages).toEqual(expect.arrayContaining([...sdks, codecs]));
});
