/** Slack's composer takes ten files per message, none of them empty, none over 1 GB. */
export const MAX_FILES = 10;
const MAX_BYTES = 1024 ** 3;

export interface Attachments {
  files: readonly File[];
  /** Why some of them were left out. */
  problems: readonly string[];
}

export function addFiles(chosen: readonly File[], added: readonly File[]): Attachments {
  const problems: string[] = [];
  const fitting = added.filter(({ name, size }) => {
    if (size === 0) {
      problems.push(`Slack does not take “${name}”: the file is empty.`);
    }
    if (size > MAX_BYTES) {
      problems.push(`Slack does not take “${name}”: files can have at most 1 GB.`);
    }
    return size > 0 && size <= MAX_BYTES;
  });
  const all = [...chosen, ...fitting];
  const left = all.length - MAX_FILES;
  if (left > 0) {
    const those = left === 1 ? "1 file was" : `${left} files were`;
    problems.push(`Slack takes at most ${MAX_FILES} files in a message: ${those} left out.`);
  }
  return { files: all.slice(0, MAX_FILES), problems };
}
