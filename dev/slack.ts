import { parseArgs } from "node:util";
import { requireFile } from "./control/read-file.ts";
import { createSlackControl } from "./control/slack-control.ts";
import {
  type Command,
  deleteImage,
  editTags,
  retryUpload,
  useShortcut,
  useSlashCommand,
} from "./person/commands.ts";
import { findRunningStack } from "./stack/running-stack.ts";
import { runCommand } from "./terminal/command.ts";

const USAGE = `
Does what a person does in Slack, against a running \`npm start\`, and prints what that person sees.

  npm run slack -- shortcut   "Upload to S3" in the menu of a message: fill in the modal, send it
  npm run slack -- edit       press [Edit link & description], fill in the modal, send it
  npm run slack -- delete     press [Delete] and confirm
  npm run slack -- retry      press [Retry]; if nothing has failed, make an upload fail first
  npm run slack -- slash      type /upload-to-s3 and send images (a sample without --file)
  npm run slack -- slash help

Acts on the first image of the last message with images in #images, as the person who posted it, unless:
  --channel design    another channel (slash: #design, where the app is not a member)
  --ts 1700000000.1   a certain message
  --image 2           another image, by number or name
  --user minho        another person: jane, minho, sora (an admin) or alex (of another organisation)

Fills in these fields and leaves the others as they are:
  --alt "Two children plant a tree"   --link https://example.com   --decorative, --no-decorative
  --file a.png        slash: which images; shortcut: post them first, without telling the app
`;

const COMMANDS: Readonly<Record<string, Command>> = {
  shortcut: useShortcut,
  edit: editTags,
  delete: deleteImage,
  retry: retryUpload,
  slash: useSlashCommand,
};

await runCommand(USAGE, run);

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [name = "help", ...words] = positionals;
  if (name === "help") {
    console.log(USAGE);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new Error(`There is no "${name}": ${Object.keys(COMMANDS).join(", ")}, or help`);
  }
  const { channel, ts, user, image, link, alt, decorative, file: files = [] } = values;
  const entries = { link, alt, decorative, files, text: words.join(" ") };
  await Promise.all(files.map(requireFile));
  const slack = createSlackControl(await findRunningStack());
  await command(slack, {
    channel,
    ts,
    user,
    image,
    ...entries,
    print: printParagraph,
  });
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    allowNegative: true,
    options: {
      channel: { type: "string" },
      ts: { type: "string" },
      user: { type: "string" },
      image: { type: "string" },
      link: { type: "string" },
      alt: { type: "string" },
      decorative: { type: "boolean" },
      file: { type: "string", multiple: true },
    },
  });
}

function printParagraph(text: string): void {
  if (text !== "") {
    console.log(`${text}\n`);
  }
}
