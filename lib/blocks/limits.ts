/**
 * Slack's limits. `blockText` is undocumented: posts with more than about 13,200 characters over
 * all blocks fail with msg_blocks_too_long (slackapi/bolt-js#2509), so our budget is well below
 * that.
 * https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views
 */
export const LIMITS = Object.freeze({
  blocksPerMessage: 50,
  blocksPerView: 100,
  /** For `text` in chat.update, which fails where chat.postMessage truncates. */
  messageText: 4000,
  blockText: 9000,
  /** Roughly what a block costs besides its text, and the budget for both. */
  blockOverhead: 125,
  dividerOverhead: 40,
  blockTotal: 12_000,
  /** For a modal's `private_metadata`. */
  privateMetadata: 3000,
});
