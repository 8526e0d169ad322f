import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { isVisibleToBot } from "../files/file-store.ts";
import type { RecordedRequest } from "../state/recorded-request.ts";
import type { Slack } from "../state/slack.ts";
import { answer, loginPage, type Reply, textReply } from "./answer.ts";

/** Serves files and thumbnails to a bot that may see them. Everybody else gets 200 and a login page, as in Slack. */
export function serveFiles(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.on(["GET", "HEAD"], ["/files-pri/*", "/files-tmb/*"], (c) => {
    const authorization = c.req.header("authorization");
    const arrived = {
      outgoing: c.env.outgoing,
      method: "download",
      path: c.req.path,
      args: {},
      ...(authorization === undefined ? {} : { authorization }),
    };
    return answer(slack, arrived, (request) => Promise.resolve(readFile(slack, request)));
  });
}

function readFile(slack: Slack, { path, authorization }: RecordedRequest): Reply {
  const [, kind, id = ""] = /^\/files-(pri|tmb)\/[^/-]+-([^/-]+)/.exec(path) ?? [];
  const file = slack.state.files.get(id);
  const mayRead =
    authorization === `Bearer ${slack.botToken}` &&
    slack.workspace.manifest.scopes.has("files:read") &&
    file !== undefined &&
    isVisibleToBot(slack, file);
  if (!mayRead) {
    return loginPage();
  }
  if (file.isDeleted) {
    return textReply("Not Found", { status: 404 });
  }
  const disposition = path.includes("/download/") ? "attachment" : "inline";
  const own = { bytes: file.bytes, mimetype: file.contentType };
  const { bytes, mimetype } = kind === "tmb" ? (file.thumbnail ?? own) : own;
  return {
    status: 200,
    headers: { "content-type": mimetype, "content-disposition": disposition },
    body: bytes,
  };
}
