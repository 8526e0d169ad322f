import { parseEnv } from "node:util";
import { readNamedFile } from "./read-file.ts";

/**
 * Reads the variables of a deployment from a file, and from nowhere else: those of this shell may belong to another
 * account. Puts the token that `vercel env pull` writes where the credentials provider of AWS_ROLE_ARN looks for it.
 */
export async function readVariables(path: string): Promise<NodeJS.Dict<string>> {
  const variables = parseEnv(Buffer.from(await read(path)).toString("utf8"));
  const { VERCEL_OIDC_TOKEN: token } = variables;
  if (token !== undefined && token !== "") {
    process.env["VERCEL_OIDC_TOKEN"] = token;
  }
  return variables;
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readNamedFile(path);
  } catch (error) {
    if (error instanceof Error && isMissing(error.cause)) {
      const advice = "Copy .env.example to .env and fill it in, or name a file with --env";
      throw new Error(`${error.message}. ${advice}`, { cause: error });
    }
    throw error;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
