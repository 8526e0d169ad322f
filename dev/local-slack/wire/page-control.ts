import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import * as v from "valibot";
import { answering } from "./control.ts";
import { deleteAsPerson } from "../interactions/delete-as-person.ts";
import { textAt } from "../json.ts";
import type { Slack } from "../state/slack.ts";
import { requireUser } from "../state/workspace.ts";
import { stateFor } from "./workspace-state.ts";

/** Serves the requests that only the playground's page makes. */
export function servePageControl(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.get("/local/state", (c) =>
    answering(c, () => stateFor(slack, requireUser(slack.workspace, c.req.query("user")))),
  );
  app.post("/local/delete", (c) =>
    answering(c, async () => {
      deleteAsPerson(slack, v.parse(Deletion, await c.req.json()));
      return { ok: true };
    }),
  );
  app.get("/local/files/:id", (c) => serveFile(slack, c.req.param("id")));
}

const Deletion = v.object({ channel: v.string(), ts: v.string(), user: v.optional(v.string()) });

/** Anybody's bytes on the origin of the control: an image is shown, anything else is saved, and nothing of it runs. */
function serveFile({ state }: Slack, id: string): Response {
  const file = state.files.get(id);
  if (file === undefined || file.isDeleted) {
    return Response.json({ error: "This file is not there any more." }, { status: 404 });
  }
  const { bytes, mimetype } = file.thumbnail ?? { bytes: file.bytes, mimetype: file.contentType };
  const isImage = mimetype.startsWith("image/");
  const name = encodeURIComponent(textAt(file.object, "name") ?? id).replaceAll("'", "%27");
  return new Response(new Uint8Array(bytes), {
    headers: {
      // Another start of the stack gives the same id to another file.
      "cache-control": "no-store",
      "content-type": isImage ? mimetype : "application/octet-stream",
      "content-disposition": isImage ? "inline" : `attachment; filename*=UTF-8''${name}`,
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      "x-content-type-options": "nosniff",
    },
  });
}
