/**
 * What Slack takes in one message. The last two have no document: posts of more than about 13,200 characters
 * over all blocks fail with msg_blocks_too_long (slackapi/bolt-js#2509), hence a budget well below it.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export const LIMITS = Object.freeze({
  blocksPerMessage: 50,
  /** Of `text` in chat.update, which fails where chat.postMessage cuts off. */
  messageText: 4000,
  blockText: 9000,
});
