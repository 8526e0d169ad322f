import { Component } from "react";
import type { ReactNode } from "react";

/** Shows a block that cannot be drawn as the app sent it, with a warning. */
export function NotRendered({ reason, source }: { reason: string; source: unknown }) {
  return (
    <div className="block-unknown">
      <p>
        <span aria-hidden="true">⚠️ </span>
        {reason}: <code>{typeOf(source)}</code>
      </p>
      <details>
        <summary>JSON</summary>
        <pre>{JSON.stringify(source, null, 2)}</pre>
      </details>
    </div>
  );
}

/** A block that the renderer fails at does not take the page with it. */
export class RenderGuard extends Component<{ source: unknown; children: ReactNode }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? (
      <NotRendered reason="The renderer failed at this" source={this.props.source} />
    ) : (
      this.props.children
    );
  }
}

function typeOf(source: unknown): string {
  return typeof source === "object" && source !== null && "type" in source
    ? String(source.type)
    : typeof source;
}
