import type { StoredObjectInfo } from "../../api.ts";
import { useTopic } from "../client.ts";
import { formatBytes } from "../format-bytes.ts";
import { formatTime } from "./words.ts";

/** All objects, newest first, and what readers get of each behind the CDN. */
export function Bucket() {
  const { value: objects = [] } = useTopic<readonly StoredObjectInfo[]>(
    "/local/stack/objects",
    "store",
  );
  if (objects.length === 0) {
    return <p className="empty">The bucket is empty.</p>;
  }
  return (
    <ul className="objects">
      {objects.map((object) => (
        <StoredObject key={object.key} object={object} />
      ))}
    </ul>
  );
}

function StoredObject({ object }: { object: StoredObjectInfo }) {
  const { key, bytes, lastModifiedMs, headers, publicUrl, etag } = object;
  const isImage = headers["content-type"]?.startsWith("image/") ?? false;
  return (
    <li>
      <div className="thumbnail">
        {isImage && publicUrl !== undefined && (
          <img src={publicUrl} alt="" width="56" height="56" loading="lazy" />
        )}
      </div>
      <div>
        <code className="key">{key}</code>
        <p className="facts">
          {formatBytes(bytes)} · {formatTime(lastModifiedMs)} ·{" "}
          {publicUrl === undefined ? "private: readers get 403" : <PublicLink url={publicUrl} />}
        </p>
        <details>
          <summary>Headers</summary>
          <dl className="headers">
            {Object.entries({ etag, ...headers }).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      </div>
    </li>
  );
}

function PublicLink({ url }: { url: string }) {
  return (
    <a href={url} target="_blank" rel="noreferrer">
      as the CDN serves it
    </a>
  );
}
