/**
 * Runs one command of package.json. `--help` prints its usage. An error prints one sentence without a stack and sets
 * exit code 1. The process ends silently if the reader of its output, such as `head`, has closed it.
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

/** Ends this process silently if the reader of its output has closed it. */
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

/** Reads a number within these limits from an option. */
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

/** Shortens an error of `parseArgs` to its first sentence. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const isUsage = "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  const [sentence = ""] = error.message.split(/\.?\s*\n|\.\s/u);
  return isUsage ? `${sentence}: see --help` : error.message;
}
