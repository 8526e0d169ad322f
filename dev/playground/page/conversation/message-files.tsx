import { useState } from "react";
import type { SlackFile } from "../../api.ts";
import { formatBytes } from "../format-bytes.ts";
import { Icon } from "../icons.tsx";

/** Images in the place that is kept for them, all else as cards. */
export function MessageFiles({ files }: { files: readonly SlackFile[] }) {
  const box = files.length > 1 ? SMALL : LARGE;
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.id}>
          <Preview file={file} box={box} />
        </li>
      ))}
    </ul>
  );
}

const LARGE = { width: 320, height: 220 };
const SMALL = { width: 200, height: 140 };

function Preview({ file, box }: { file: SlackFile; box: typeof LARGE }) {
  const [isBroken, setBroken] = useState(false);
  const { name, mimetype, original_w: width = 0, original_h: height = 0, preview } = file;
  const isImage = mimetype.startsWith("image/") && width > 0 && height > 0;
  if (!isImage || isBroken) {
    return <FileCard file={file} />;
  }
  const scale = Math.min(1, box.width / width, box.height / height);
  return (
    <figure className="preview">
      <figcaption>{name}</figcaption>
      <a href={preview} target="_blank" rel="noreferrer">
        <img
          src={preview}
          alt={name}
          width={Math.max(1, Math.round(width * scale))}
          height={Math.max(1, Math.round(height * scale))}
          onError={() => setBroken(true)}
        />
      </a>
    </figure>
  );
}

function FileCard({ file: { name, size, mimetype, preview } }: { file: SlackFile }) {
  return (
    <a className="file-card" href={preview} download={name}>
      <span className="file-kind">
        <Icon name="file" size={24} />
      </span>
      <span className="file-facts">
        <strong>{name}</strong>
        <span>
          {kindOf(name, mimetype)}, {formatBytes(size)}
        </span>
      </span>
    </a>
  );
}

/** `PDF`, `HEIC`. */
function kindOf(name: string, mimetype: string): string {
  const extension = /\.([a-z\d]{1,5})$/iu.exec(name)?.[1];
  return (extension ?? mimetype.split("/").at(-1) ?? "").toUpperCase();
}
