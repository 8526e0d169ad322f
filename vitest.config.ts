import { defineConfig } from "vitest/config";

/** The SDK's reminder that Node 20 has reached its end. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

/** `npm test` runs `unit`; `.ci/run` runs the slower lanes too. */
export default defineConfig({
  test: {
    // By default one core of two stands idle.
    maxWorkers: "100%",
    teardownTimeout: 120_000,
    projects: [
      lane("unit", {
        include: ["test/**/*.test.ts"],
        exclude: ["test/browser/**", "test/lanes/**"],
        setupFiles: ["test/setup.ts"],
        expect: { poll: { timeout: 120_000 } },
        // Files share the modules of a worker, which saves a third of the time: nothing of theirs outlives a test.
        isolate: false,
      }),
      lane("browser", { include: ["test/browser/**/*.test.ts"], setupFiles: ["test/setup.ts"] }),
      lane("load", { include: ["test/lanes/load.test.ts"], setupFiles: ["test/setup.ts"] }),
      lane("pairs", { include: ["test/lanes/pairs.test.ts"], setupFiles: ["test/setup.ts"] }),
      lane("kills", { include: ["test/lanes/kills.test.ts"], setupFiles: ["test/setup.ts"] }),
      lane("built", { include: ["test/lanes/built.test.ts"] }),
      lane("vercel-dev", { include: ["test/lanes/vercel-dev.test.ts"] }),
      // Against S3_ENDPOINT: see test/helpers/contract-store.ts.
      lane("real-s3", {
        include: ["test/lanes/real-s3.test.ts", "test/storage/s3.contract.test.ts"],
      }),
    ],
  },
});

/**
 * A busy machine takes its time, so only what hangs runs into these limits: those of the product are tried with a clock
 * of the test's own.
 */
function lane(name: string, test: Record<string, unknown>) {
  return { test: { name, testTimeout: 300_000, hookTimeout: 300_000, env: QUIET, ...test } };
}
