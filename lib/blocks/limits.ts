/**
 * What Slack takes. `blockText` has no document: posts of more than about 13,200 characters over all blocks fail
 * with msg_blocks_too_long (slackapi/bolt-js#2509), hence a budget well below it.
 * https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views
 */
export const LIMITS = Object.freeze({
  blocksPerMessage: 50,
  blocksPerView: 100,
  /** Of `text` in chat.update, which fails where chat.postMessage cuts off. */
  messageText: 4000,
  blockText: 9000,
  /** About what a block counts beside its text, and the budget for both. */
  blockOverhead: 125,
  dividerOverhead: 40,
  blockTotal: 12_000,
  /** Of a modal's `private_metadata`. */
  privateMetadata: 3000,
});
