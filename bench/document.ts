import type { Results } from "./results.ts";
import { type Part, renderRival, renderTables, renderTargets } from "./tables.ts";

/** The text between these is written by hand and survives. */
const KEPT = { start: "<!-- tried: kept by hand -->", end: "<!-- /tried -->" };

/** Renders `docs/performance.md`. `tried` is the text that is kept by hand. */
export function renderDocument(results: Results, tried: string): string {
  const { cpu, cores, node, date } = results.machine;
  const tables = (part: Part) => renderTables(part, results);
  return `# Performance

Every figure on this page is measured and written by \`npm run bench -- --write\`, from \`bench/results.json\`; a test fails if
somebody edits one. The last run was on ${date}, on ${cores} cores of ${cpu}, with Node ${node}. Milliseconds depend on the
machine. Ratios of one run are what counts: \`npm run bench\` prints them for yours in a few minutes.

## Targets

${renderTargets(results)}

${renderRival(results)}

## How it is measured

- **Contenders take turns.** In each round everybody runs once, in another order than before, so that whatever else the
  machine does strikes all alike. Tables show medians of the rounds. Some rounds come before, and do not count.
- **Everybody has a process of their own**, compiled to JavaScript in the same way, so that nobody pays for the garbage or the
  optimizer's decisions of another. The local Slack and the local S3 run in one more process. They check signatures,
  conditions and payloads as the real ones do.
- **A bare handler** reads the request, verifies its signature and parses its JSON. For an image it claims the message by two
  conditional puts, signed by hand with \`node:crypto\` and sent with \`fetch\`. It has no settings, checks no payload and writes no
  log. This app writes a log line for each request, and so does Bolt for each bad signature.
- **Bolt** is \`@slack/bolt\` 5 with \`@vercel/slack-bolt\`, set up as their READMEs say, with \`deferInitialization\` and one
  listener. Bolt acks an event before any listener runs, so its claim is in the receiver's \`beforeProcess\`; it puts the same two
  objects through \`@aws-sdk/client-s3\`. Bolt asks Slack for \`auth.test\` before its first ack, as it does by default.
- **By hand** is the sequence that no uploader can avoid, without any SDK: one put that claims the message, the downloads, the
  puts of the files in parallel, and one message in the thread. It looks at no byte of an image, keeps no record and
  mends nothing.

The code is in \`bench/\`; \`alternatives/\` has what this app is compared with.

## Acks

The functions are called with a \`Request\`, one after the other, without a server in front. Acks a second include what a function
leaves behind its answer, except for the upload of an image, which is measured below. The 99th percentile is that of a round of
300 requests, or of 20 with an image.

${tables("ack")}

## Cold starts

\`vercel build\` makes the functions; the alternatives are compiled into one file each and built as functions of the same project.
Each run is a new process without a loader: the time from the import of the function to its answer, 15 runs each. The
start of Node itself is not in it. Modules and bytes are the JavaScript that was evaluated until the answer, by V8's coverage in
one run more. The packed size is the sum of all files of a function, not zipped. The build leaves out three files that Bolt's packages load by
the condition \`module-sync\`; they are added by hand.

${tables("cold")}

## Uploads

Each call to Slack and S3 takes 30 ms longer than the local servers need. The time runs from the event until the message with
the tags arrives in Slack; CPU time counts everything that the message causes, also behind that, on all threads; memory is the
peak of a process that did nothing else.

${tables("upload")}

## Growth

All messages in flight arrive at once, each with one image of 50 kB. Records of finished uploads are in one channel, one every
four minutes, and the sweep has seen the store before. Sweeps and edits have no alternative that does the same, so these two
curves show only whether time grows with what is there.

${tables("growth")}

![Time until the last tags, by messages that arrive at once](performance/in-flight.svg)

![Time until the tags, by images of 200 kB in one message](performance/images.svg)

![Time of a sweep and of an edit, by records in the store](performance/records.svg)

## Codecs

A photo of 4032 × 3024 pixels (1200 × 900 for the lossless PNG) goes through the app's codec and through its library with the same settings.
\`@napi-rs/image\` and \`sharp\` are called in the same process. \`libheif-js\` runs in a worker, because it would block
everything else, and \`sharp\` encodes what it decodes. For three variants, the direct call decodes once.

${tables("codecs")}

## What was tried

${KEPT.start}

${tried.trim()}

${KEPT.end}
`;
}

/** Returns the text of a document that is kept by hand. */
export function readTried(document: string): string {
  const [, rest = ""] = document.split(KEPT.start);
  return rest.split(KEPT.end)[0]?.trim() ?? "";
}
