import { VercelReceiver } from "@vercel/slack-bolt";
import { serveBolt } from "./serve-bolt.ts";

/** Bolt as it is: it acks a message and does nothing. */
export const POST = serveBolt(new VercelReceiver());
