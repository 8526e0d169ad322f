import { parseEnv } from "node:util";
import { type Config, toConfig } from "../../lib/config.ts";
import { ConfigError, parseEnvironment } from "../../lib/environment.ts";
import { readNamedFile } from "../control/read-file.ts";

/** The facts of a deployment that an export needs. */
export interface Exported extends Pick<Config, "s3" | "statePrefix" | "publicBaseUrl"> {
  /** Absent if the file has no bot token. */
  slack: Config["slack"] | undefined;
}

/** Reads the variables of a deployment from a file, and from nowhere else. An export needs none of Slack's. */
export async function readVariables(path: string): Promise<Exported> {
  const variables = parseEnv(Buffer.from(await readNamedFile(path)).toString("utf8"));
  // The credentials provider of AWS_ROLE_ARN looks for the token there.
  const { VERCEL_OIDC_TOKEN: oidcToken, SLACK_BOT_TOKEN: botToken = "" } = variables;
  if (oidcToken !== undefined && oidcToken !== "") {
    process.env["VERCEL_OIDC_TOKEN"] = oidcToken;
  }
  const hasToken = !["", BARE_PREFIX].includes(botToken.trim());
  const { slack, ...config } = parse(path, {
    ...variables,
    SLACK_SIGNING_SECRET: UNUSED,
    ...(!hasToken && { SLACK_BOT_TOKEN: `${BARE_PREFIX}${UNUSED}` }),
  });
  return { ...config, slack: hasToken ? slack : undefined };
}

const UNUSED = "unused";
/** `.env.example` has it in place of a token. */
const BARE_PREFIX = "xoxb-";

function parse(path: string, variables: NodeJS.Dict<string>): Config {
  try {
    return toConfig(parseEnvironment(variables));
  } catch (error) {
    if (error instanceof ConfigError) {
      const problems = error.problems.map(({ variable, expected }) => `  ${variable}: ${expected}`);
      throw new Error(`Cannot export with ${path}. Expected:\n${problems.join("\n")}`, {
        cause: error,
      });
    }
    throw error;
  }
}
