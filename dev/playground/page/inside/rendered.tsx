import type { RecordImage } from "../../api.ts";
import { type Selected, useRecord } from "./use-record.ts";
import { formatBytes } from "../format-bytes.ts";
import { nameRemoved, spokenAs } from "./words.ts";

/** CSS pixels: a phone and a desktop. */
const WIDTHS = [390, 1280] as const;
/** A frame takes at most this much of the pane; wider pages are drawn smaller. */
const FRAME_WIDTH = 340;
/** CSS pixels of the page around the tag, and of what a line leaves below an image. */
const MARGIN = 8;
const LINE = 8;

/** Each tag as a page shows it, and as a screen reader says it. */
export function Rendered({ selected }: { selected: Selected | undefined }) {
  const info = useRecord(selected);
  if (info === undefined || info.images.length === 0) {
    return (
      <p className="empty">
        No tag yet. Drop an image into the conversation, or open the thread of one.
      </p>
    );
  }
  return info.images.map((image) => <RenderedImage key={image.fileId} image={image} />);
}

function RenderedImage({ image }: { image: RecordImage }) {
  const { name, state, tag, alt = "", width, height } = image;
  if (tag === undefined) {
    return (
      <section className="rendered">
        <h3>{name}</h3>
        <p className="facts">{state === "pending" ? "Uploading…" : `It is ${state}.`}</p>
      </section>
    );
  }
  return (
    <section className="rendered">
      <h3>{name}</h3>
      <p className="facts">{factsOf(image)}</p>
      {WIDTHS.map((frameWidth) => (
        <Frame
          key={frameWidth}
          title={`${name} at ${frameWidth} pixels`}
          tag={tag}
          width={frameWidth}
          ratio={width === undefined || height === undefined ? 1 : height / width}
          imageWidth={width ?? frameWidth}
        />
      ))}
      <p className="spoken">
        A screen reader says: <strong>{spokenAs({ alt, link: linkOf(tag) })}</strong>
      </p>
    </section>
  );
}

function Frame({
  title,
  tag,
  width,
  ratio,
  imageWidth,
}: {
  title: string;
  tag: string;
  width: number;
  ratio: number;
  imageWidth: number;
}) {
  const scale = Math.min(1, FRAME_WIDTH / width);
  const shownWidth = Math.min(imageWidth, width - 2 * MARGIN);
  const height = Math.min(2 * width, Math.ceil(shownWidth * ratio) + LINE + 2 * MARGIN);
  return (
    <figure>
      <figcaption>{width} pixels wide</figcaption>
      <div className="frame" style={{ width: width * scale, height: height * scale }}>
        <iframe
          title={title}
          // Scripts stay off, whatever the tag holds.
          sandbox="allow-same-origin"
          srcDoc={pageOf(tag)}
          style={{ width, height, transform: `scale(${scale})` }}
        />
      </div>
    </figure>
  );
}

/** A page with the style that most sites give their images. */
function pageOf(tag: string): string {
  return `<!doctype html><meta name="viewport" content="width=device-width"><style>
body { margin: ${MARGIN}px; background: #fff; font: 16px/1.5 system-ui, sans-serif; }
img { max-width: 100%; height: auto; }
</style>${tag}`;
}

function linkOf(tag: string): string | undefined {
  const html = new DOMParser().parseFromString(tag, "text/html");
  return html.querySelector("a[href]")?.getAttribute("href") ?? undefined;
}

function factsOf({ width, height, originalBytes, bytes, removed }: RecordImage): string {
  const size = width === undefined || height === undefined ? [] : [`${width} × ${height} pixels`];
  const isSame = originalBytes === undefined || originalBytes === bytes;
  const after = bytes === undefined ? [] : [formatBytes(bytes)];
  const weight = isSame ? after : [`${formatBytes(originalBytes)} → ${after.join("")}`];
  return [...size, ...weight, nameRemoved(removed)].join(" · ");
}
