import { parseArgs } from "node:util";
import { readNamedFile } from "./control/read-file.ts";
import { renderVercelEnv } from "./infra/vercel-env.ts";
import { runCommand } from "./terminal/command.ts";

const USAGE = `
Turns the outputs of the CloudFormation stack of infra/aws into \`vercel env add\` lines.

  aws cloudformation describe-stacks --stack-name upload-to-s3 --output json > stack-outputs.json
  npm run infra:env -- stack-outputs.json
`;

await runCommand(USAGE, async (args) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) {
    throw new Error("Name one file, the outputs of the stack: see --help");
  }
  const text = new TextDecoder().decode(await readNamedFile(path));
  console.log(explaining(path, () => renderVercelEnv(text)));
});

function explaining(path: string, render: () => string): string {
  try {
    return render();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot use ${path}: ${reason}`, { cause });
  }
}
