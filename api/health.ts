import { getApp } from "../lib/app.ts";

/**
 * For uptime checks: whether every required variable is set and well formed, and what the sweeps
 * found.
 */
export function GET(): Response {
  return getApp().health();
}
