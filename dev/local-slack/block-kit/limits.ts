/**
 * Slack's limits.
 *
 * Sources (docs.slack.dev, mid-2026): reference/block-kit/blocks/*, reference/block-kit/block-elements/*,
 * reference/block-kit/composition-objects/*, reference/views, reference/methods/chat.update (4,000 characters),
 * changelog/2018-truncating-really-long-messages (40,000 characters).
 * `blockTextPerMessage` is undocumented. slackapi/bolt-js#2509 measured about 13,200 characters before
 * `msg_blocks_too_long`; #2867 saw 11,341 refused in a message with many blocks, so the app stays well below.
 * `metadata` is undocumented too, although the error `metadata_too_large` exists. This number is a cautious guess.
 */
export const LIMITS = Object.freeze({
  blocksPerMessage: 50,
  blocksPerView: 100,
  blockTextPerMessage: 13_200,
  messageText: 40_000,
  updatedText: 4000,
  metadata: 8000,
  id: 255,
  text: 3000,
  fields: 10,
  fieldText: 2000,
  header: 150,
  contextElements: 10,
  actionsElements: 25,
  markdown: 12_000,
  altText: 2000,
  imageTitle: 2000,
  url: 3000,
  label: 2000,
  hint: 2000,
  placeholder: 150,
  buttonText: 75,
  buttonValue: 2000,
  accessibilityLabel: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  checkboxes: 10,
  selectOptions: 100,
  optionText: 75,
  optionValue: 150,
  inputText: 3000,
  inputFiles: 10,
  inputFileBytes: 10 * 1024 * 1024,
  listIndent: 8,
  viewTitle: 24,
  privateMetadata: 3000,
  viewBytes: 250_000,
  viewStack: 3,
});
