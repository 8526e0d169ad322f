import { getApp } from "../lib/app.ts";

/** `npm run doctor -- --url` asks here what only the deployment can find out. */
export function GET(request: Request): Promise<Response> {
  return getApp().doctor(request);
}
