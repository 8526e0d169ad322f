import { type Config, toConfig } from "../../lib/config.ts";
import { ConfigError, parseEnvironment } from "../../lib/environment.ts";
import { readVariables } from "../control/read-variables.ts";

/** The facts of a deployment that an export needs. */
export interface Exported extends Pick<Config, "s3" | "statePrefix" | "publicBaseUrl"> {
  /** Absent if the file has no bot token. */
  slack: Config["slack"] | undefined;
}

/** Reads where the records of a deployment are. An export needs none of Slack's variables. */
export async function readDeployment(path: string): Promise<Exported> {
  const variables = await readVariables(path);
  const { SLACK_BOT_TOKEN: botToken = "" } = variables;
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
