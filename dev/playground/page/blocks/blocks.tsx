import type { Block } from "../../api.ts";
import { ActionButton } from "./action-button.tsx";
import type { Press } from "./action-button.tsx";
import "./blocks.css";
import { NotRendered, RenderGuard } from "./not-rendered.tsx";
import { splitBlocks } from "./pieces.ts";
import type { Button, Picture, Piece } from "./pieces.ts";
import { Names, NO_NAMES, RenderedText } from "./rendered-text.tsx";
import { Snippet } from "./snippet.tsx";

type OnPress = (press: Press) => Promise<void>;

/** The blocks of a message, or what a modal says between its inputs. Without `onPress` its buttons are not shown. */
export function Blocks({
  blocks,
  names = NO_NAMES,
  onPress,
}: {
  blocks: readonly Block[];
  /** Names of people and conversations by id, for mentions. */
  names?: Readonly<Record<string, string>>;
  onPress?: OnPress;
}) {
  return (
    <Names value={names}>
      <Pieces pieces={splitBlocks(blocks, onPress !== undefined)} onPress={onPress} />
    </Names>
  );
}

export function Pieces({
  pieces,
  onPress,
}: {
  pieces: readonly Piece[];
  onPress?: OnPress | undefined;
}) {
  return (
    <div className="blocks">
      {pieces.map((piece) => (
        <RenderGuard key={piece.key} source={piece}>
          <DrawnPiece piece={piece} onPress={onPress} />
        </RenderGuard>
      ))}
    </div>
  );
}

function DrawnPiece({ piece, onPress }: { piece: Piece; onPress: OnPress | undefined }) {
  switch (piece.kind) {
    case "rich":
      return <RenderedText elements={piece.elements} />;
    case "snippet":
      return <Snippet text={piece.text} />;
    case "header":
      return <p className="block-header">{piece.text}</p>;
    case "divider":
      return <hr />;
    case "context":
      return <Context parts={piece.parts} />;
    case "image":
      return <ImageBlock title={piece.title} image={piece.image} />;
    case "section":
      return <Section section={piece} onPress={onPress} />;
    case "actions":
      return (
        <div className="block-actions">
          {piece.buttons.map((button) => (
            <MaybeButton key={button.key} {...{ button, onPress, blockId: piece.blockId }} />
          ))}
        </div>
      );
    case "unknown":
      return <NotRendered reason={piece.reason} source={piece.source} />;
  }
}

function Context({ parts }: { parts: Extract<Piece, { kind: "context" }>["parts"] }) {
  return (
    <div className="block-context">
      {parts.map((part) =>
        part.kind === "text" ? (
          <RenderedText key={part.key} elements={part.elements} />
        ) : (
          <img key={part.key} src={part.src} alt={part.alt} width="20" height="20" />
        ),
      )}
    </div>
  );
}

function ImageBlock({ title, image }: { title: string | undefined; image: Picture }) {
  return (
    <figure className="block-image">
      {title !== undefined && <figcaption>{title}</figcaption>}
      <img src={image.src} alt={image.alt} />
    </figure>
  );
}

function Section({
  section,
  onPress,
}: {
  section: Extract<Piece, { kind: "section" }>;
  onPress: OnPress | undefined;
}) {
  const { body, fields, accessory, blockId } = section;
  return (
    <div className="block-section">
      <div className="block-section-text">
        {body.length > 0 && <Pieces pieces={body} />}
        {fields.length > 0 && (
          <div className="block-fields">
            {fields.map((field) => (
              <RenderedText key={field.key} elements={field.elements} />
            ))}
          </div>
        )}
      </div>
      {accessory?.kind === "picture" && (
        <img src={accessory.src} alt={accessory.alt} width="88" height="88" />
      )}
      {accessory?.kind === "button" && (
        <MaybeButton key={accessory.key} {...{ button: accessory, onPress, blockId }} />
      )}
    </div>
  );
}

/** Without `onPress` there are no buttons among the pieces. */
function MaybeButton({
  button,
  blockId,
  onPress,
}: {
  button: Button;
  blockId: string;
  onPress: OnPress | undefined;
}) {
  return onPress === undefined ? null : <ActionButton {...{ button, blockId, onPress }} />;
}
