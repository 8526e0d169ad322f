import type { SharedPorts } from "../ports.ts";
import { readSlackRequest } from "../slack/request.ts";

/**
 * Reads the body of a request that Slack signed, or that `isUnsigned` accepts without a signature.
 * @throws {SignatureError}
 * @throws {RequestError}
 */
export function readVerified(
  { config, clock }: SharedPorts,
  request: Request,
  isUnsigned?: (rawBody: string) => boolean,
): Promise<string> {
  const { signingSecrets } = config.slack;
  return readSlackRequest(request, {
    signingSecrets,
    nowMs: clock.now(),
    ...(isUnsigned !== undefined && { isUnsigned }),
  });
}
