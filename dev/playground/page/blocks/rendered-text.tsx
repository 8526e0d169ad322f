import { createContext, use } from "react";
import type { ReactNode } from "react";
import { Message } from "slack-blocks-to-jsx";
import type { MessageProps } from "slack-blocks-to-jsx";
import type { RichTextBlockElement } from "./rich-text.ts";

export const NO_NAMES: Readonly<Record<string, string>> = {};

/** Names of people, groups and conversations by their ids, without `@` or `#`. */
export const Names = createContext(NO_NAMES);

/** Rich text as Slack draws it; colours and spaces are in blocks.css. */
export function RenderedText({ elements }: { elements: readonly RichTextBlockElement[] }) {
  return (
    <div className="block-text" ref={dropId}>
      <Message
        withoutWrapper
        // The style sheet has both themes.
        theme="light"
        name=""
        logo=""
        hooks={HOOKS}
        blocks={[{ type: "rich_text", elements: [...elements] }]}
      />
    </div>
  );
}

/** The renderer gives every message the same id. */
function dropId(node: HTMLDivElement | null): void {
  node?.firstElementChild?.removeAttribute("id");
}

const HOOKS: NonNullable<MessageProps["hooks"]> = {
  user: ({ id }) => <Mention sign="@" id={id} />,
  usergroup: ({ id }) => <Mention sign="@" id={id} />,
  channel: ({ id }) => <Mention sign="#" id={id} />,
  atHere: () => <span className="mention loud">@here</span>,
  atChannel: () => <span className="mention loud">@channel</span>,
  atEveryone: () => <span className="mention loud">@everyone</span>,
  link: ({ href, children }) => <Link href={href}>{children}</Link>,
};

function Mention({ sign, id }: { sign: "@" | "#"; id: string }) {
  return (
    <span className="mention">
      {sign}
      {use(Names)[id] ?? id}
    </span>
  );
}

/** Only what a reader may follow; anything else is text. */
function Link({ href, children }: { href: string; children: ReactNode }) {
  return /^(?:https?|mailto):/iu.test(href) ? (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}
