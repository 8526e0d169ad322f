import { Pieces } from "./blocks.tsx";
import { splitText } from "./pieces.ts";
import { Names, NO_NAMES } from "./rendered-text.tsx";

/** A message's `text`, which is mrkdwn, where it has no blocks. */
export function MessageText({
  text,
  names = NO_NAMES,
}: {
  text: string;
  names?: Readonly<Record<string, string>>;
}) {
  return (
    <Names value={names}>
      <Pieces pieces={splitText({ type: "mrkdwn", text })} />
    </Names>
  );
}
