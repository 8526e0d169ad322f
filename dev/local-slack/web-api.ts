import type { Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";
import { answer, jsonReply } from "./answer.ts";
import type { Reply } from "./answer.ts";
import { authMethods } from "./methods/auth.ts";
import { chatMethods } from "./methods/chat.ts";
import { conversationMethods } from "./methods/conversations.ts";
import { fileMethods } from "./methods/files.ts";
import { viewMethods } from "./methods/views.ts";
import type { Method } from "./methods/method.ts";
import { readArguments } from "./web-api-arguments.ts";
import { missingScope, Refusal } from "./refusal.ts";
import type { RecordedRequest, Slack } from "./slack.ts";

const methods: Readonly<Record<string, Method>> = {
  ...authMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...viewMethods,
};

/** `POST /api/METHOD`, in Slack's order of refusing: the method, the token, the scopes, the arguments. */
export function serveWebApi(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.on(["GET", "POST"], "/api/:method", async (c) => {
    const name = c.req.param("method");
    const { args, token, authorization } = await readArguments(c.req.raw);
    const request: RecordedRequest = {
      method: name,
      path: c.req.path,
      args,
      ...(authorization === undefined ? {} : { authorization }),
      status: 0,
      atMs: slack.clock.nowMs(),
    };
    slack.requests.push(request);
    const fault = slack.faults.take(request);
    return answer(c.env.outgoing, { fault, request }, () =>
      carryOut(slack, { name, token, request }),
    );
  });
}

async function carryOut(
  slack: Slack,
  { name, token, request }: { name: string; token: string | undefined; request: RecordedRequest },
): Promise<Reply> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  const headers = scopeHeaders(slack, method);
  try {
    if (method === undefined) {
      throw new Refusal("unknown_method");
    }
    if (token === undefined) {
      throw new Refusal("not_authed");
    }
    if (token !== slack.botToken) {
      throw new Refusal("invalid_auth");
    }
    checkScopes(slack, method);
    return jsonReply({ ok: true, ...(await method.run(slack, request.args)) }, { headers });
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    request.error = error.error;
    return jsonReply({ ok: false, error: error.error, ...error.details }, { headers });
  }
}

/** One of the method's scopes is enough here; which conversations it opens is the method's business. */
function checkScopes({ workspace }: Slack, { scopes }: Method): void {
  const granted = workspace.manifest.scopes;
  if (scopes.length === 0 || scopes.some((scope) => granted.has(scope))) {
    return;
  }
  throw missingScope(scopes.join(","), granted);
}

function scopeHeaders({ workspace }: Slack, method: Method | undefined): Record<string, string> {
  return {
    "x-oauth-scopes": [...workspace.manifest.scopes].join(","),
    "x-accepted-oauth-scopes": method?.scopes.join(",") ?? "",
  };
}
