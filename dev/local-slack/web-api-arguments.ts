import { isObject, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";

const JSON_ARGUMENTS = new Set(["blocks", "attachments", "metadata", "view"]);

export interface WebApiArguments {
  args: JsonObject;
  token: string | undefined;
  authorization: string | undefined;
}

/** A form, JSON or a query string. A JSON body cannot carry the token; structured arguments may be JSON in a string. */
export async function readArguments(request: Request): Promise<WebApiArguments> {
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
