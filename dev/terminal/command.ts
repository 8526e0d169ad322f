/**
 * Runs one command of package.json: `--help` prints how it is used; an error is one sentence, without its stack, and
 * exit 1. It ends in silence when whoever reads its output has gone, as `head` does.
 */
export async function runCommand(
  usage: string,
  run: (args: string[]) => Promise<void>,
): Promise<void> {
  endWithReader();
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage.trim());
    return;
  }
  try {
    await run(args);
  } catch (error) {
    console.error(describe(error));
    process.exitCode = 1;
  }
}

/** Ends this process in silence when whoever reads its output has gone. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        throw error;
      }
      process.exit();
    });
  }
}

/** The number that an option was given, if it is one that can be used. */
export function readNumber(
  options: Readonly<Record<string, string>>,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): number {
  const text = options[name] ?? "";
  const number = Number(text);
  if (text.trim() === "" || !(number >= min && number <= max)) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    throw new RangeError(`--${name} takes a number ${range}, not "${text}"`);
  }
  return number;
}

/** `parseArgs` says more than people need: its first sentence is enough. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const isUsage = "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  const [sentence = ""] = error.message.split(/\.?\s*\n|\.\s/u);
  return isUsage ? `${sentence}: --help says which there are` : error.message;
}
