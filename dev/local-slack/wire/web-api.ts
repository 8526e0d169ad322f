import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { isObject, type JsonObject, parseJson } from "../json.ts";
import { missingScope, Refusal } from "../refusal.ts";
import type { RecordedRequest } from "../state/recorded-request.ts";
import type { Slack } from "../state/slack.ts";
import { answer, jsonReply, type Reply } from "./answer.ts";
import { authMethods } from "./methods/auth.ts";
import { blockMethods } from "./methods/blocks.ts";
import { chatMethods } from "./methods/chat.ts";
import { conversationMethods } from "./methods/conversations.ts";
import { fileMethods } from "./methods/files.ts";
import type { Method } from "./methods/method.ts";
import { viewMethods } from "./methods/views.ts";

const methods: Readonly<Record<string, Method>> = {
  ...authMethods,
  ...blockMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...viewMethods,
};

/** `POST /api/METHOD`. Checks the method, the token, the scopes and the arguments, in Slack's order. */
export function serveWebApi(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.on(["GET", "POST"], "/api/:method", async (c) => {
    const name = c.req.param("method");
    const { args, token, authorization } = await readArguments(c.req.raw);
    const arrived = {
      outgoing: c.env.outgoing,
      method: name,
      path: c.req.path,
      args,
      ...(authorization === undefined ? {} : { authorization }),
    };
    return answer(slack, arrived, (request) => carryOut(slack, { token, request }));
  });
}

async function carryOut(
  slack: Slack,
  { token, request }: { token: string | undefined; request: RecordedRequest },
): Promise<Reply> {
  const { method: name } = request;
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

/** One of the method's scopes is enough here. The method itself checks the scope for its conversation. */
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

const JSON_ARGUMENTS = new Set(["blocks", "attachments", "message", "metadata", "view"]);

interface WebApiArguments {
  args: JsonObject;
  token: string | undefined;
  authorization: string | undefined;
}

/** Reads a form, JSON or a query string. JSON cannot carry the token. Structured arguments may be JSON in a string. */
async function readArguments(request: Request): Promise<WebApiArguments> {
  const isJson = (request.headers.get("content-type") ?? "").startsWith("application/json");
  const raw = isJson ? await readJson(request) : await readForm(request);
  const { token: inBody, ...args } = raw;
  for (const name of JSON_ARGUMENTS) {
    const value = args[name];
    if (typeof value === "string" && value !== "") {
      args[name] = parseJson(value) ?? value;
    }
  }
  const authorization = request.headers.get("authorization") ?? undefined;
  const bearer = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
  const inForm = typeof inBody === "string" && !isJson ? inBody : undefined;
  return { args, token: bearer ?? inForm, authorization };
}

async function readJson(request: Request): Promise<JsonObject> {
  const body = parseJson(await request.text());
  return isObject(body) ? body : {};
}

async function readForm(request: Request): Promise<JsonObject> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  if (request.method === "GET") {
    return query;
  }
  const isMultipart = (request.headers.get("content-type") ?? "").startsWith("multipart/form-data");
  const form = isMultipart ? await request.formData() : new URLSearchParams(await request.text());
  return { ...query, ...Object.fromEntries(form) };
}
